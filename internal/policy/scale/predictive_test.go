package scale

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

// TestPredictive has four steps of 6 h in a day and looks one step ahead.
func TestPredictive(t *testing.T) {
	rule := PredictiveRule{
		Bounds: Bounds{0, 100}, Step: 6 * time.Hour, Horizon: 5 * time.Hour,
		Days: 1, Quantile: 1, Recent: 6 * time.Hour, MaxCorrection: 2,
	}
	change := func(f func(*PredictiveRule)) PredictiveRule { r := rule; f(&r); return r }
	two := func(quantile float64) PredictiveRule {
		return change(func(r *PredictiveRule) { r.Days, r.Quantile = 2, quantile })
	}
	for _, test := range []struct {
		name   string
		rule   PredictiveRule
		demand []float64
		want   []int
	}{
		{
			"yesterday's next step, corrected for today's level", rule,
			// From the fifth on, today is 1, 2, 2, 1/4, 2/1 times yesterday.
			[]float64{1, 2, 3, 4, 1, 4, 6, 1, 2},
			[]int{1, 2, 3, 4, 2, 6, 8, 1, 8},
		},
		{
			"a correction of at most 2", rule,
			[]float64{1, 2, 3, 4, 1, 1.9, 30},
			[]int{1, 2, 3, 4, 2, 3, 30},
		},
		{
			"or a half", rule,
			[]float64{4, 40, 4, 4, 1},
			[]int{4, 40, 4, 4, 20},
		},
		{
			"what never happened before is not forecast to end", rule,
			[]float64{0, 0, 0, 0, 7, 7},
			[]int{0, 0, 0, 0, 7, 7},
		},
		{
			"the higher of two days", two(1),
			[]float64{4, 4, 4, 4, 4, 8, 4, 4, 4},
			[]int{4, 4, 4, 4, 4, 8, 4, 4, 8},
		},
		{
			"the lower of two days", two(0.5),
			[]float64{4, 4, 4, 4, 4, 8, 4, 4, 4},
			[]int{4, 4, 4, 4, 4, 8, 4, 4, 4},
		},
		{
			"last week", change(func(r *PredictiveRule) { r.Days, r.Weeks = 0, 1 }),
			append(append([]float64{3, 9}, slices.Repeat([]float64{3}, 26)...), 3, 3),
			append(append([]int{3, 9}, slices.Repeat([]int{3}, 26)...), 9, 3),
		},
		{
			// Until the fifth day the 9 is the 80th percentile of what was seen.
			"last week is one of seven days", change(func(r *PredictiveRule) { r.Days, r.Weeks, r.Quantile = 7, 1, 0.8 }),
			append([]float64{3, 9}, slices.Repeat([]float64{3}, 28)...),
			[]int{3, 9, 3, 3, 9, 3, 3, 3, 9, 3, 3, 3, 9, 3, 3, 3, 9, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3},
		},
		{
			"two steps ahead", change(func(r *PredictiveRule) { r.Horizon = 12 * time.Hour }),
			[]float64{1, 1, 5, 1, 1, 1, 5, 1},
			[]int{1, 1, 5, 1, 5, 5, 5, 1},
		},
		{
			"bounded", change(func(r *PredictiveRule) { r.Bounds = Bounds{2, 3} }),
			[]float64{1, 9, 1, 1, 1},
			[]int{2, 3, 2, 2, 3},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, decide(t, test.rule, test.demand)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// decide returns the decision after each step.
func decide(t interface{ Fatal(...any) }, rule PredictiveRule, demand []float64) []int {
	p := policytest.Must[*Predictive](t)(NewPredictive(rule))
	got := make([]int, len(demand))
	for i, d := range demand {
		got[i] = p.Desired(d)
	}
	return got
}

func anyPredictiveRule(t *rapid.T) PredictiveRule {
	least := rapid.IntRange(0, 3).Draw(t, "min")
	rule := DefaultPredictive(Bounds{least, least + rapid.IntRange(0, 100).Draw(t, "more")}, time.Hour,
		time.Duration(rapid.IntRange(0, 300).Draw(t, "horizon minutes"))*time.Minute)
	rule.Days = rapid.IntRange(1, 8).Draw(t, "days")
	rule.Weeks = rapid.IntRange(0, 2).Draw(t, "weeks")
	rule.Quantile = rapid.Float64Range(0.01, 1).Draw(t, "quantile")
	rule.Recent = time.Duration(rapid.IntRange(1, 24).Draw(t, "recent hours")) * time.Hour
	return rule
}

// TestPredictiveFutureLaw: later demand never changes earlier decisions, the
// demand now is held where the bounds allow it, and before a day less the horizon has
// passed it decides alone.
func TestPredictiveFutureLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := anyPredictiveRule(t)
		demands := func(label string) []float64 {
			return rapid.SliceOfN(rapid.Float64Range(0, 50), 30, 200).Draw(t, label)
		}
		past := demands("past")
		one := decide(t, rule, slices.Concat(past, demands("future")))
		other := decide(t, rule, slices.Concat(past, demands("other future")))
		if diff := cmp.Diff(one[:len(past)], other[:len(past)]); diff != "" {
			t.Fatalf("another future changes the past:\n%s", diff)
		}
		alone := 24 - int(math.Ceil(rule.Horizon.Hours()))
		for i, n := range one[:len(past)] {
			now := rule.Clamp(Machines(past[i]))
			if n < now || n > rule.Max || (i < alone && n != now) {
				t.Fatalf("step %d: %d machines for a demand of %g", i, n, past[i])
			}
		}
	})
}

// TestPredictivePeriodicLaw: what repeats every day is known from the second
// day on, over the whole horizon; what is constant gives one decision.
func TestPredictivePeriodicLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := anyPredictiveRule(t)
		period := rapid.SampledFrom([]int{1, 24}).Draw(t, "period")
		pattern := rapid.SliceOfN(rapid.Float64Range(0, 50), period, period).Draw(t, "pattern")
		demand := slices.Repeat(pattern, 24/period*10)
		got := decide(t, rule, demand)
		ahead := int(math.Ceil(rule.Horizon.Hours()))
		for i := 24; i < len(demand)-ahead; i++ {
			if want := rule.Clamp(Machines(slices.Max(demand[i : i+ahead+1]))); got[i] != want {
				t.Fatalf("step %d: %d machines, want %d", i, got[i], want)
			}
		}
	})
}

func TestPredictiveErrors(t *testing.T) {
	with := func(change func(*PredictiveRule)) error {
		rule := DefaultPredictive(Bounds{1, 2}, time.Minute, time.Minute)
		change(&rule)
		_, err := NewPredictive(rule)
		return err
	}
	policytest.CheckErrors(t, map[string]error{
		"step 7m0s: expected a whole number of steps in a day": with(func(r *PredictiveRule) { r.Step = 7 * time.Minute }),
		"horizon 24h0m0s: expected 0 to 23h59m0s":              with(func(r *PredictiveRule) { r.Horizon = dayLength }),
		"0 days and 0 weeks: expected at least one":            with(func(r *PredictiveRule) { r.Days, r.Weeks = 0, 0 }),
		"quantile 90: expected above 0 and at most 1":          with(func(r *PredictiveRule) { r.Quantile = 90 }),
		"recent span 1s: expected 1m0s to 24h":                 with(func(r *PredictiveRule) { r.Recent = time.Second }),
		"largest correction 0.5: expected at least 1":          with(func(r *PredictiveRule) { r.MaxCorrection = 0.5 }),
		"bounds of 3 to 2: expected 0 <= least <= largest":     with(func(r *PredictiveRule) { r.Min = 3 }),
	})
}
