package baseline

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// TestCackle: of a demand that is 1 and 5 by turns, 1 machine and serverless cost
// 1 + premium x 2 on average, 5 machines 5.
func TestCackle(t *testing.T) {
	for _, test := range []struct {
		name    string
		premium float64
		max     int
		want    int
	}{
		{"serverless is cheap", 1.5, 100, 1},
		{"serverless is dear", 6, 100, 5},
		{"bounded", 6, 4, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := policytest.Must[*Cackle](t)(NewCackle(CackleRule{
				Bounds: scale.Bounds{Min: 0, Max: test.max}, Interval: 10 * time.Second, Launch: time.Minute, Premium: test.premium,
			}))
			got := 0
			for i := range 200 {
				got = c.Desired(float64(1 + i%2*4))
			}
			if got != test.want {
				t.Errorf("%d machines, want %d", got, test.want)
			}
		})
	}
}

// TestCackleExperts: of the demands 1 to 4, percentiles by the nearest rank and multiples of 4.
func TestCackleExperts(t *testing.T) {
	asked := make([]int, cackleExperts)
	(&cackleLookback{sorted: []float64{1, 2, 3, 4}}).ask(scale.Bounds{Min: 0, Max: 9}, asked)
	for expert, want := range map[int]int{0: 1, 25: 1, 26: 2, 50: 2, 51: 3, 100: 4, 101: 5, 105: 5, 106: 6, 120: 8, 130: 9} {
		if asked[expert] != want {
			t.Errorf("expert %d asks for %d machines, want %d", expert, asked[expert], want)
		}
	}
}

// TestCackleLaw compares with a plain account of all experts over all intervals.
func TestCackleLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := CackleRule{
			Bounds:   scale.Bounds{Min: rapid.IntRange(0, 2).Draw(t, "min"), Max: rapid.IntRange(2, 30).Draw(t, "max")},
			Interval: time.Duration(rapid.IntRange(10, 180).Draw(t, "interval")) * time.Second,
			Launch:   time.Duration(rapid.IntRange(0, 200).Draw(t, "launch")) * time.Second,
			Premium:  rapid.Float64Range(0.5, 10).Draw(t, "premium"),
		}
		// Few intervals, so that the plain account stays quick; few values, so that experts tie.
		demand := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			return float64(rapid.IntRange(0, 40).Draw(t, "quarters")) / 4
		}), 25, 60).Draw(t, "demand")
		growth := float64(rapid.IntRange(0, 8).Draw(t, "eighths")) / 8 // lets multiples of the maximum win
		for i := range demand {
			demand[i] += growth * float64(i)
		}
		c := policytest.Must[*Cackle](t)(NewCackle(rule))
		for i, d := range demand {
			got := c.Desired(d)
			if costs := plainCosts(rule, demand[:i+1]); !slices.ContainsFunc(costs, func(e plainExpert) bool {
				return e.machines == got && e.cost <= costs[0].cost+1e-9
			}) {
				t.Fatalf("%d machines after %v, the cheapest expert asks for %d", got, demand[:i+1], costs[0].machines)
			}
		}
	})
}

type plainExpert struct {
	cost     float64
	machines int
}

// plainCosts returns what each expert has cost and asks for, the cheapest first.
func plainCosts(rule CackleRule, demand []float64) []plainExpert {
	launch := int(math.Ceil(float64(rule.Launch) / float64(rule.Interval)))
	var experts []plainExpert
	for _, span := range []int{180, 300, 600, 900, 1200, 1800} {
		n := span / int(rule.Interval/time.Second)
		sorted := make([][]float64, len(demand)) // by interval
		for i := range demand {
			sorted[i] = slices.Sorted(slices.Values(demand[max(0, i+1-n) : i+1]))
		}
		for expert := range 131 {
			ask := func(i int) int { return rule.Clamp(plainAsk(sorted[i], expert)) }
			cost := 0.0
			for i := launch + 1; i < len(demand); i++ {
				ready := float64(ask(i - launch - 1))
				cost += ready + rule.Premium*math.Max(0, demand[i]-ready)
			}
			experts = append(experts, plainExpert{cost, ask(len(demand) - 1)})
		}
	}
	slices.SortStableFunc(experts, func(a, b plainExpert) int { return cmp.Compare(a.cost, b.cost) })
	return experts
}

func plainAsk(sorted []float64, expert int) int {
	if expert > 100 {
		return int(math.Ceil(sorted[len(sorted)-1]*(1+0.05*float64(expert-100)) - 1e-9))
	}
	rank := int(math.Ceil(float64(expert*len(sorted))/100 - 1e-9))
	return int(math.Ceil(sorted[max(rank, 1)-1]))
}

func BenchmarkCackle(b *testing.B) {
	c := policytest.Must[*Cackle](b)(NewCackle(CackleRule{Bounds: scale.Bounds{Min: 0, Max: 1000}, Interval: 5 * time.Second, Launch: 2 * time.Minute, Premium: 4}))
	i := 0
	for b.Loop() {
		c.Desired(100 + 50*math.Sin(float64(i)/500) + float64(i*7919%97))
		i++
	}
}

func TestCackleErrors(t *testing.T) {
	cackle := func(rule CackleRule) error { _, err := NewCackle(rule); return err }
	policytest.CheckErrors(t, map[string]error{
		"interval 3m1s: expected above 0 and at most 3m0s": cackle(CackleRule{Interval: 181 * time.Second, Premium: 1}),
		"launch time -1s: expected 0 or more":              cackle(CackleRule{Interval: 1, Launch: -time.Second, Premium: 1}),
		"premium 0: expected above 0":                      cackle(CackleRule{Interval: 1}),
		"bounds of 1 to 0: expected 0 <= least <= largest": cackle(CackleRule{Interval: 1, Premium: 1, Bounds: scale.Bounds{Min: 1, Max: 0}}),
	})
}
