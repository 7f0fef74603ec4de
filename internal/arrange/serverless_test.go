package arrange

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/scale"
)

func onFunction(f v1alpha1.FunctionHome) v1alpha1.Home { return v1alpha1.Home{Function: &f} }

func onContainer(c v1alpha1.ContainerHome) v1alpha1.Home { return v1alpha1.Home{Container: &c} }

func hours(n int) unit.Duration { return unit.Duration(n) * unit.Duration(time.Hour) }

// TestConcurrencyLimit: a function has its reserved part to itself, else what the others leave.
func TestConcurrencyLimit(t *testing.T) {
	for name, test := range map[string]struct {
		settings v1alpha1.FunctionHome
		want     int
	}{
		"the account's":    {v1alpha1.FunctionHome{ConcurrencyLimit: 1000}, 1000},
		"less the others'": {v1alpha1.FunctionHome{ConcurrencyLimit: 1000, OthersConcurrency: 300}, 700},
		"reserved":         {v1alpha1.FunctionHome{ConcurrencyLimit: 1000, ReservedConcurrency: 900}, 900},
		"of the quota":     {v1alpha1.FunctionHome{OthersConcurrency: 20}, 30},
	} {
		if got := build(t, sized(), function(), onFunction(test.settings)).Home.Function.Limit; got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

func TestBuildProvisioned(t *testing.T) {
	two := 2
	a := build(t, sized(), function(), onFunction(v1alpha1.FunctionHome{
		ProvisionedSchedule:    []v1alpha1.Scheduled{{At: hours(8), Days: []string{"mon", "fri"}, Count: 9}, {At: hours(20), Count: 4}},
		ProvisionedTracking:    &v1alpha1.TargetTracking{Max: 20},
		ProvisionedConcurrency: &two, // the schedule decides instead
		Routing:                v1alpha1.RoutingLongestIdle, KeepAlive: v1alpha1.KeepAliveHistogram,
	}))
	f := a.Home.Function
	if f.Provisioned != 4 || *a.Settings.Function.ProvisionedConcurrency != 4 {
		t.Errorf("%d provisioned, want the schedule's least, 4", f.Provisioned)
	}
	rule := scale.DefaultTargetTracking(scale.Bounds{Min: 4, Max: 20})
	if diff := cmp.Diff(&rule, f.Tracking); diff != "" {
		t.Errorf("tracking (-want +got):\n%s", diff)
	}
	schedule := []scale.ScheduleEntry{
		{Days: []time.Weekday{time.Monday, time.Friday}, At: 8 * time.Hour, Bounds: scale.Bounds{Min: 9, Max: 20}},
		{At: 20 * time.Hour, Bounds: scale.Bounds{Min: 4, Max: 20}},
	}
	if diff := cmp.Diff(schedule, f.Schedule); diff != "" {
		t.Errorf("schedule (-want +got):\n%s", diff)
	}
	if f.AllocationDelay != 2*time.Minute || f.HeldStep != 5*time.Minute {
		t.Errorf("ready after %v, billed in steps of %v", f.AllocationDelay, f.HeldStep)
	}
	if f.Routing != home.LongestIdle || !f.IdleHistogram {
		t.Errorf("routing %d, histogram %t", f.Routing, f.IdleHistogram)
	}
	if !strings.Contains(strings.Join(a.Assumptions, "\n"), "ready after 2m") {
		t.Errorf("assumptions %q do not name the allocation delay", a.Assumptions)
	}
}

func TestBuildStarts(t *testing.T) {
	c := build(t, sized(), container(), onContainer(v1alpha1.ContainerHome{
		MinSchedule: []v1alpha1.Scheduled{{At: 0, Count: 3}, {At: hours(8), Count: 5}},
		StartRate:   &v1alpha1.StartRate{Instances: 10}, StartsAtOnce: 2, CancelSurplus: true, QueueLength: 7,
	})).Home.Container
	if c.Min != 3 || len(c.Schedule) != 2 || c.Burst != 10 || c.BurstPeriod != time.Minute ||
		c.StartsAtOnce != 2 || !c.CancelSurplus || c.QueueLength != 7 {
		t.Errorf("%+v", c)
	}
}

func TestBuildRefusesServerless(t *testing.T) {
	list := []v1alpha1.Scheduled{{At: hours(1), Count: 60}}
	allReserved := v1alpha1.FunctionHome{ConcurrencyLimit: 1000, ReservedConcurrency: 901}
	largeTarget := v1alpha1.FunctionHome{ProvisionedTracking: &v1alpha1.TargetTracking{Max: 51}}
	largeMinimum := v1alpha1.ContainerHome{MinSchedule: append(list, v1alpha1.Scheduled{}), MaxInstances: 20}
	for name, test := range map[string]struct {
		offer    catalog.Offer
		settings v1alpha1.Home
		want     string
	}{
		"all is reserved":  {function(), onFunction(allReserved), "of which 100 stay for functions that reserve none"},
		"others have all":  {function(), onFunction(v1alpha1.FunctionHome{OthersConcurrency: 50}), "expected a concurrency limit of at least 1"},
		"target too large": {function(), onFunction(largeTarget), "exceed the concurrency limit of 50"},
		"too many planned": {function(), onFunction(v1alpha1.FunctionHome{ProvisionedSchedule: list}), "concurrency limit"},
		"too many minimal": {container(), onContainer(largeMinimum), "at most the limit of 20"},
	} {
		_, err := Build(sized(), test.offer, test.settings, embedded())
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
	}
}
