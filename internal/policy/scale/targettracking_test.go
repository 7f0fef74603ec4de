package scale

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

func TestTargetTracking(t *testing.T) {
	type minutes struct {
		n                    int // periods of the same reading
		requested, allocated int
		utilisation          float64
		before, last         int // what is wanted in all periods but the last, and in that
	}
	none := math.NaN()
	cool := DefaultTargetTracking(Bounds{1, 100})
	cool.OutCooldown, cool.InCooldown = 2*time.Minute, 20*time.Minute
	narrow := TargetTrackingRule{Bounds{8, 10}, 0.7, 0.9, 3, 15, 5 * time.Minute, 20 * time.Minute}
	for _, test := range []struct {
		name string
		rule TargetTrackingRule
		run  []minutes
	}{
		{"grows in the third minute, and again while it stays high", DefaultTargetTracking(Bounds{1, 100}), []minutes{
			{3, 10, 10, 0.8, 10, 12},  // 11.4
			{1, 12, 12, 0.75, 0, 13},  // 12.9
			{5, 13, 13, 0.69, 13, 13}, // below the target
			{3, 13, 13, 1, 13, 19},    // 18.6
		}},
		{"one minute within the target starts the count again", DefaultTargetTracking(Bounds{1, 100}), []minutes{
			{2, 10, 10, 0.8, 10, 10}, {1, 10, 10, 0.7, 0, 10}, {2, 10, 10, 0.8, 10, 10},
		}},
		{"shrinks in the fifteenth minute", DefaultTargetTracking(Bounds{1, 100}), []minutes{
			{15, 10, 10, 0.3, 10, 5}, // 4.3
		}},
		{"holds between 63 % and 70 %", DefaultTargetTracking(Bounds{1, 100}), []minutes{
			{20, 100, 100, 0.631, 100, 100}, {20, 100, 100, 0.7, 100, 100},
		}},
		{"no request, no metric, no shrinking", DefaultTargetTracking(Bounds{1, 100}), []minutes{
			{14, 10, 10, 0, 10, 10}, {60, 10, 10, none, 10, 10}, {14, 10, 10, 0, 10, 10}, {1, 10, 10, 0, 0, 1},
		}},
		{"waits for an allocation", DefaultTargetTracking(Bounds{1, 100}), []minutes{
			{3, 10, 10, 0.8, 10, 12}, {4, 12, 10, 0.9, 12, 12}, {1, 12, 12, 0.9, 0, 16}, // 15.4
		}},
		{"keeps to its bounds", DefaultTargetTracking(Bounds{4, 11}), []minutes{
			{3, 10, 10, 0.8, 10, 11}, {15, 10, 10, 0.1, 10, 4}, {1, 20, 20, 0.65, 0, 11}, {1, 2, 2, 0.65, 0, 4},
		}},
		{"cools down", cool, []minutes{
			{3, 10, 10, 0.8, 10, 12},
			{2, 12, 12, 0.8, 12, 14},
			{20, 14, 14, 0.3, 14, 6}, // alarm after 15 minutes, cool-down 20
		}},
		{"no change, no cool-down", narrow, []minutes{
			{15, 10, 10, 0.9, 10, 10}, {15, 10, 10, 0.1, 10, 8}, {21, 8, 8, 0.1, 8, 8}, {3, 8, 8, 0.9, 8, 10}, // 10.3
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tracking := policytest.Must[*TargetTracking](t)(NewTargetTracking(test.rule))
			now := time.Duration(0)
			for _, m := range test.run {
				for i := range m.n {
					now += TargetTrackingPeriod
					want := m.before
					if i == m.n-1 {
						want = m.last
					}
					if got := tracking.Desired(m.requested, m.allocated, m.utilisation, now); got != want {
						t.Fatalf("at %v: %d environments, want %d", now, got, want)
					}
				}
			}
		})
	}
}

// TestTargetTrackingLaws: a steady load is reached and kept, within the bounds and, where
// they allow it, at or under the target.
func TestTargetTrackingLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(1, 20).Draw(t, "min")
		rule := DefaultTargetTracking(Bounds{least, least + rapid.IntRange(0, 200).Draw(t, "more")})
		tracking := policytest.Must[*TargetTracking](t)(NewTargetTracking(rule))
		load := rapid.Float64Range(0, 150).Draw(t, "load")
		n := rapid.IntRange(rule.Min, rule.Max).Draw(t, "start")
		now, changed := time.Duration(0), time.Duration(0)
		for now < 5*time.Hour {
			now += TargetTrackingPeriod
			next := tracking.Desired(n, n, math.Min(1, load/float64(n)), now)
			if next < rule.Min || next > rule.Max {
				t.Fatalf("%d environments outside %v", next, rule.Bounds)
			}
			if next != n {
				n, changed = next, now
			}
		}
		if changed > time.Hour {
			t.Fatalf("still changed at %v", changed)
		}
		if u := load / float64(n); u > rule.Target && n < rule.Max {
			t.Fatalf("utilisation %g with %d of %v environments", u, n, rule.Bounds)
		}
	})
}

func TestTargetTrackingErrors(t *testing.T) {
	with := func(change func(*TargetTrackingRule)) error {
		rule := DefaultTargetTracking(Bounds{1, 2})
		change(&rule)
		_, err := NewTargetTracking(rule)
		return err
	}
	policytest.CheckErrors(t, map[string]error{
		"target utilisation 70: expected above 0 and at most 1":                         with(func(r *TargetTrackingRule) { r.Target = 70 }),
		"low mark at 0 of the target: expected above 0 and at most 1":                   with(func(r *TargetTrackingRule) { r.LowShare = 0 }),
		"alarms after 0 and 15 periods: expected at least 1":                            with(func(r *TargetTrackingRule) { r.OutPeriods = 0 }),
		"cool-downs of -1s and 0s: expected 0 or more":                                  with(func(r *TargetTrackingRule) { r.OutCooldown = -time.Second }),
		"at least 0 environments: expected 1 or more, because none have no utilisation": with(func(r *TargetTrackingRule) { r.Min = 0 }),
		"bounds of 3 to 2: expected 0 <= least <= largest":                              with(func(r *TargetTrackingRule) { r.Min = 3 }),
	})
}
