package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestKPAReconcile follows a revision from its deployment to zero pods and back,
// with the activator in the path at zero pods only.
func TestKPAReconcile(t *testing.T) {
	k := DefaultKPA(KPAConcurrency)
	k.BurstCapacity = 0
	r := k.NewRevision(0)
	s := func(n int) time.Duration { return time.Duration(n) * time.Second }
	for _, step := range []struct {
		at       int // seconds
		decision KPADecision
		ready    int
		scale    KPAScale
		want     KPARevision
	}{
		{2, KPADecision{}, 0, KPAScale{-1, false, s(630)}, KPARevision{Activity: KPAActivating, Proxied: true, Desired: -1}},
		{4, kpaPods(1), 0, KPAScale{1, true, 0}, KPARevision{Activity: KPAActivating, Proxied: true, Desired: 1}},
		{6, kpaPods(1), 1, KPAScale{1, true, 0}, KPARevision{Activity: KPAActive, ActivitySince: s(6), ProxiedSince: s(6), Initialised: true, Desired: 1}},
		{60, kpaPods(0), 1, KPAScale{1, true, s(6)}, KPARevision{Activity: KPAActive, ActivitySince: s(6), ProxiedSince: s(6), Initialised: true}},
		{
			66, kpaPods(0), 1,
			KPAScale{0, false, s(1)},
			KPARevision{Activity: KPAInactive, ActivitySince: s(66), Proxied: true, ProxiedSince: s(66), Initialised: true},
		},
		{
			67, kpaPods(0), 1,
			KPAScale{0, false, s(29)},
			KPARevision{Activity: KPAInactive, ActivitySince: s(66), Proxied: true, ProxiedSince: s(66), Initialised: true},
		},
		{
			96, kpaPods(0), 1,
			KPAScale{0, true, 0},
			KPARevision{Activity: KPAInactive, ActivitySince: s(66), Proxied: true, ProxiedSince: s(66), Initialised: true},
		},
		{ // without data the latest decision stands
			200,
			KPADecision{},
			0,
			KPAScale{0, true, 0},
			KPARevision{Activity: KPAInactive, ActivitySince: s(66), Proxied: true, ProxiedSince: s(66), Initialised: true},
		},
		{
			300, kpaPods(2), 0,
			KPAScale{2, true, 0},
			KPARevision{Activity: KPAActivating, ActivitySince: s(300), Proxied: true, ProxiedSince: s(66), Initialised: true, Desired: 2},
		},
		{
			310, kpaPods(2), 1,
			KPAScale{2, true, 0},
			KPARevision{Activity: KPAActive, ActivitySince: s(310), ProxiedSince: s(310), Initialised: true, Desired: 2},
		},
		{ // too little capacity for a burst
			312,
			KPADecision{Desired: 2, Valid: true, ExcessBurstCapacity: -1},
			2,
			KPAScale{2, true, 0},
			KPARevision{
				Activity: KPAActive, ActivitySince: s(310), Proxied: true, ProxiedSince: s(312), Initialised: true,
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

// TestKPAActivity is the table above computeActiveCondition in
// knative/serving:pkg/reconciler/autoscaling/kpa/kpa.go.
func TestKPAActivity(t *testing.T) {
	any3 := []KPAActivity{KPAActivating, KPAActive, KPAInactive}
	for _, test := range []struct {
		want, ready, least int
		from               []KPAActivity
		to                 KPAActivity
	}{
		{0, 0, 0, any3, KPAInactive},
		{0, 5, 2, any3, KPAInactive},
		{3, 1, 2, any3, KPAActivating},
		{3, 2, 2, any3, KPAActive},
		{-1, 1, 2, []KPAActivity{KPAInactive}, KPAInactive},
		{-1, 1, 2, []KPAActivity{KPAActivating, KPAActive}, KPAActivating},
		{-1, 2, 2, []KPAActivity{KPAInactive}, KPAInactive},
		{-1, 2, 2, []KPAActivity{KPAActivating, KPAActive}, KPAActive},
	} {
		for _, from := range test.from {
			k := DefaultKPA(KPAConcurrency)
			k.Min = test.least
			got := k.activity(KPARevision{Activity: from, Initialised: true}, test.want, test.ready)
			if got != test.to {
				t.Errorf("from %d with %d wanted and %d of %d ready: %d, want %d", from, test.want, test.ready, test.least, got, test.to)
			}
		}
	}

	none := DefaultKPA(KPAConcurrency)
	none.InitialScale = 0
	if got := none.activity(KPARevision{}, -1, 0); got != KPAInactive {
		t.Errorf("a new revision of no pods is %d, want inactive", got)
	}
}
