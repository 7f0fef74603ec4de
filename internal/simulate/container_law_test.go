package simulate

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// anyStarts draws what starts instances and gives them up.
func anyStarts(t *rapid.T, c *home.Container) {
	if rapid.Bool().Draw(t, "rate") {
		c.Burst, c.BurstPeriod = rapid.IntRange(1, 3).Draw(t, "burst"), time.Minute
	}
	c.StartsAtOnce = rapid.IntRange(0, 2).Draw(t, "startsAtOnce")
	c.CancelSurplus = rapid.Bool().Draw(t, "cancelSurplus")
	if rapid.Bool().Draw(t, "schedule") {
		c.Schedule = anySchedule(t, c.Max)
	}
}

// checkContainerMeters: there are never more instances than the maximum, and none is billed for more than the span.
func checkContainerMeters(t *rapid.T, h home.Home, o Outcome) {
	c := h.Container
	if o.PeakLive > c.Max {
		t.Fatalf("%d instances, at most %d allowed", o.PeakLive, c.Max)
	}
	if bounded := c.QueueLength > 0 || h.Service.Slots() > h.Service.Concurrency; o.Rejected > 0 && !bounded {
		t.Fatalf("%d requests rejected without a bound of the queue", o.Rejected)
	}
	if c.Schedule == nil && o.Metered.InstanceTime < int64(c.Min)*roundUp(int64(o.Span), 1) {
		t.Fatalf("%d ms of instance time for a minimum of %d over %v", o.Metered.InstanceTime, c.Min, o.Span)
	}
}

// TestNoAllocationPerRequest: ten times the requests allocate no more, with every mechanism on.
func TestNoAllocationPerRequest(t *testing.T) {
	rule := scale.DefaultTargetTracking(scale.Bounds{Min: 1, Max: 50})
	service := home.Service{Duration: random.Exponential(1), Concurrency: 1}
	function := func(set func(*home.Function)) home.Home {
		f := home.Function{
			Limit: 100, Burst: 100, BurstPeriod: 10 * time.Second, Init: random.Exponential(1), IdleExpiry: 5 * time.Second,
			Provisioned: 1, Step: time.Millisecond, AllocationDelay: time.Minute, HeldStep: 5 * time.Minute,
		}
		set(&f)
		return home.Home{Name: "functions", Service: service, Function: &f}
	}
	for name, h := range map[string]home.Home{
		"function": function(func(*home.Function) {}),
		"newest created, drawn window": function(func(f *home.Function) {
			f.Routing, f.IdleExpiryMax = home.NewestCreated, 10*time.Second
		}),
		"longest idle, histogram": function(func(f *home.Function) { f.Routing, f.IdleHistogram = home.LongestIdle, true }),
		"target and schedule":     function(func(f *home.Function) { f.Tracking, f.Schedule = &rule, daily(map[int]int{0: 1, 3600: 5}) }),
		"container": {Name: "containers", Service: service, Container: &home.Container{
			Max: 50, StartUp: random.Exponential(5), IdleHold: time.Second,
		}},
		"container with all": {Name: "containers", Service: service, Container: &home.Container{
			Max: 50, StartUp: random.Exponential(5), IdleHold: time.Second, Burst: 5, BurstPeriod: time.Minute, StartsAtOnce: 3, CancelSurplus: true,
			QueueLength: 50, QueueTimeout: time.Minute, Schedule: daily(map[int]int{0: 1, 3600: 5}),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			allocations := func(n float64) float64 {
				w, err := workload.Cache(poisson(t, 5, n), 1_000_000)
				if err != nil {
					t.Fatal(err)
				}
				return testing.AllocsPerRun(1, func() { run(t, h, w) })
			}
			// A longer run meets a higher peak, for which the slabs grow by doubling.
			few, many := 10_000.0, longtest.Pick(60_000.0, 300_000)
			if short, long := allocations(few), allocations(many); long > short+40 {
				t.Errorf("%.0f allocations for %.0f requests, %.0f for %.0f", short, few, long, many)
			}
		})
	}
}
