package kpa

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReconcile follows a revision from its deployment to zero pods and back,
// with the activator in the path at zero pods only.
func TestReconcile(t *testing.T) {
	k := Default(ConcurrencyTotal)
	k.BurstCapacity = 0
	r := k.NewRevision(0)
	s := func(n int) time.Duration { return time.Duration(n) * time.Second }
	for _, step := range []struct {
		at       int // seconds
		decision Decision
		ready    int
		scale    Scale
		want     Revision
	}{
		{2, Decision{}, 0, Scale{-1, false, s(630)}, Revision{Activity: Activating, Proxied: true, Desired: -1}},
		{4, wantPods(1), 0, Scale{1, true, 0}, Revision{Activity: Activating, Proxied: true, Desired: 1}},
		{6, wantPods(1), 1, Scale{1, true, 0}, Revision{Activity: Active, ActivitySince: s(6), ProxiedSince: s(6), Initialised: true, Desired: 1}},
		{60, wantPods(0), 1, Scale{1, true, s(6)}, Revision{Activity: Active, ActivitySince: s(6), ProxiedSince: s(6), Initialised: true}},
		{
			66, wantPods(0), 1,
			Scale{0, false, s(1)},
			Revision{Activity: Inactive, ActivitySince: s(66), Proxied: true, ProxiedSince: s(66), Initialised: true},
		},
		{
			67, wantPods(0), 1,
			Scale{0, false, s(29)},
			Revision{Activity: Inactive, ActivitySince: s(66), Proxied: true, ProxiedSince: s(66), Initialised: true},
		},
		{
			96, wantPods(0), 1,
			Scale{0, true, 0},
			Revision{Activity: Inactive, ActivitySince: s(66), Proxied: true, ProxiedSince: s(66), Initialised: true},
		},
		{ // without data the latest decision stands
			200,
			Decision{},
			0,
			Scale{0, true, 0},
			Revision{Activity: Inactive, ActivitySince: s(66), Proxied: true, ProxiedSince: s(66), Initialised: true},
		},
		{
			300, wantPods(2), 0,
			Scale{2, true, 0},
			Revision{Activity: Activating, ActivitySince: s(300), Proxied: true, ProxiedSince: s(66), Initialised: true, Desired: 2},
		},
		{
			310, wantPods(2), 1,
			Scale{2, true, 0},
			Revision{Activity: Active, ActivitySince: s(310), ProxiedSince: s(310), Initialised: true, Desired: 2},
		},
		{ // too little capacity for a burst
			312,
			Decision{Desired: 2, Valid: true, ExcessBurstCapacity: -1},
			2,
			Scale{2, true, 0},
			Revision{
				Activity: Active, ActivitySince: s(310), Proxied: true, ProxiedSince: s(312), Initialised: true,
				Desired: 2, ExcessBurstCapacity: -1,
			},
		},
	} {
		if diff := cmp.Diff(step.scale, k.Reconcile(&r, step.decision, step.ready, s(step.at))); diff != "" {
			t.Fatalf("scale at %d s (-want +got):\n%s", step.at, diff)
		}
		if diff := cmp.Diff(step.want, r); diff != "" {
			t.Fatalf("revision at %d s (-want +got):\n%s", step.at, diff)
		}
	}
}

// TestActivity is the table above computeActiveCondition in
// knative/serving:pkg/reconciler/autoscaling/kpa/kpa.go.
func TestActivity(t *testing.T) {
	any3 := []Activity{Activating, Active, Inactive}
	for _, test := range []struct {
		want, ready, least int
		from               []Activity
		to                 Activity
	}{
		{0, 0, 0, any3, Inactive},
		{0, 5, 2, any3, Inactive},
		{3, 1, 2, any3, Activating},
		{3, 2, 2, any3, Active},
		{-1, 1, 2, []Activity{Inactive}, Inactive},
		{-1, 1, 2, []Activity{Activating, Active}, Activating},
		{-1, 2, 2, []Activity{Inactive}, Inactive},
		{-1, 2, 2, []Activity{Activating, Active}, Active},
	} {
		for _, from := range test.from {
			k := Default(ConcurrencyTotal)
			k.Min = test.least
			got := k.activity(Revision{Activity: from, Initialised: true}, test.want, test.ready)
			if got != test.to {
				t.Errorf("from %d with %d wanted and %d of %d ready: %d, want %d", from, test.want, test.ready, test.least, got, test.to)
			}
		}
	}

	none := Default(ConcurrencyTotal)
	none.InitialScale = 0
	if got := none.activity(Revision{}, -1, 0); got != Inactive {
		t.Errorf("a new revision of no pods is %d, want inactive", got)
	}
}
