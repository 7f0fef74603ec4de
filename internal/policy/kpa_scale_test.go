package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The cases are the facts of TestScaler in
// knative/serving:pkg/reconciler/autoscaling/kpa/scaler_test.go, with its grace
// period of 60 s, stable window of 5 min and progress deadline of 121 s.
func TestKPAScale(t *testing.T) {
	const (
		grace    = 60 * time.Second
		window   = 5 * time.Minute
		timeout  = 121*time.Second + kpaActivationBuffer
		now      = time.Hour
		never    = 0
		nothing  = -1
		toZero   = 0
		reserved = 10 * grace
	)
	in := func(activity KPAActivity, lasting time.Duration, desired int) KPARevision {
		return KPARevision{
			Activity: activity, ActivitySince: now - lasting, Proxied: true, ProxiedSince: now, Initialised: true, Desired: desired,
		}
	}
	proxiedFor := func(r KPARevision, lasting time.Duration) KPARevision {
		r.ProxiedSince = now - lasting
		return r
	}
	direct := func(r KPARevision) KPARevision {
		r.Proxied = false
		return r
	}
	young := func(r KPARevision) KPARevision {
		r.Initialised = false
		return r
	}
	for _, test := range []struct {
		name     string
		change   func(*KPA)
		revision KPARevision
		want     KPAScale
	}{
		{"one pod until the idle period is over", nil, in(KPAActive, window-time.Second, toZero), KPAScale{1, true, time.Second}},
		{"inactive after it", nil, direct(in(KPAActive, window, toZero)), KPAScale{0, false, time.Second}},
		{"inactive after it, behind the activator", nil, in(KPAActive, window, toZero), KPAScale{0, false, 3 * time.Second}},
		{
			"kept for the retention", func(k *KPA) { k.PodRetention = 2 * grace },
			in(KPAInactive, grace, toZero),
			KPAScale{0, false, grace},
		},
		{
			"gone after the retention", func(k *KPA) { k.PodRetention = grace },
			in(KPAInactive, grace, toZero),
			KPAScale{0, true, never},
		},
		{"gone after the grace period", nil, in(KPAInactive, grace, toZero), KPAScale{0, true, never}},
		{"kept before it", nil, in(KPAInactive, grace-time.Second, toZero), KPAScale{0, false, grace}},
		{
			"kept before it, the activator too short in the path", nil,
			proxiedFor(in(KPAInactive, grace-time.Second, toZero), grace-time.Second),
			KPAScale{0, false, time.Second},
		},
		{
			"gone before it, the activator long in the path", nil,
			proxiedFor(in(KPAInactive, grace-time.Second, toZero), grace),
			KPAScale{0, true, never},
		},
		{
			"gone before it, after a short retention", func(k *KPA) { k.PodRetention = 42 * time.Second },
			proxiedFor(in(KPAInactive, grace-time.Second, toZero), grace),
			KPAScale{0, true, never},
		},
		{"no probe of a permanent activator", func(k *KPA) { k.BurstCapacity = -1 }, direct(in(KPAInactive, grace, toZero)), KPAScale{0, true, never}},
		{"the activator is not in the path yet", nil, direct(in(KPAInactive, grace, toZero)), KPAScale{0, false, time.Second}},
		{"waits while activating", nil, in(KPAActivating, timeout/2, toZero), KPAScale{-1, false, timeout}},
		{"waits while activating, to the end", nil, in(KPAActivating, timeout, toZero), KPAScale{-1, false, timeout}},
		{"gives up activating", nil, in(KPAActivating, timeout+time.Second, toZero), KPAScale{0, true, never}},
		{"at least the minimum", func(k *KPA) { k.Min = 2 }, in(KPAInactive, grace, toZero), KPAScale{2, true, never}},
		{
			"no minimum if unreachable", func(k *KPA) { k.Min, k.Reachable = 2, false },
			in(KPAInactive, grace, toZero),
			KPAScale{0, true, never},
		},
		{
			"no retention if unreachable", func(k *KPA) { k.PodRetention, k.Reachable = reserved, false },
			in(KPAInactive, grace, toZero),
			KPAScale{0, true, never},
		},
		{
			"grace even if unreachable", func(k *KPA) { k.PodRetention, k.Reachable = reserved, false },
			in(KPAInactive, grace-time.Second, toZero),
			KPAScale{0, false, grace},
		},
		{"up", nil, in(KPAActive, grace, 10), KPAScale{10, true, never}},
		{"up to the maximum", func(k *KPA) { k.Max = 8 }, in(KPAActive, grace, 10), KPAScale{8, true, never}},
		{"up from inactive", nil, in(KPAInactive, grace/2, 10), KPAScale{10, true, never}},
		{"unknown from zero", nil, in(KPAInactive, 0, nothing), KPAScale{-1, false, never}},
		{"unknown while active", nil, in(KPAActive, 0, nothing), KPAScale{-1, false, never}},
		{"initial scale reached earlier", func(k *KPA) { k.InitialScale = 2 }, in(KPAActive, 2*time.Minute, toZero), KPAScale{1, true, 3 * time.Minute}},
		{"initial scale not reached", func(k *KPA) { k.InitialScale = 2 }, young(in(KPAActivating, 0, 1)), KPAScale{2, true, never}},
		{"initial scale without data", func(k *KPA) { k.InitialScale = 5 }, young(in(KPAActivating, 0, nothing)), KPAScale{5, true, never}},
		{"initial scale of zero", func(k *KPA) { k.InitialScale = 0 }, young(in(KPAInactive, 0, toZero)), KPAScale{0, false, grace}},
		{
			"no initial scale if unreachable", func(k *KPA) { k.InitialScale, k.Reachable = 2, false },
			young(in(KPAActive, 2*time.Minute, toZero)),
			KPAScale{1, true, 3 * time.Minute},
		},
		{"never to zero", func(k *KPA) { k.ScaleToZero = false }, in(KPAInactive, grace, toZero), KPAScale{1, true, never}},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := DefaultKPA(KPAConcurrency)
			k.ScaleToZeroGrace, k.StableWindow, k.ProgressDeadline = grace, window, timeout-kpaActivationBuffer
			if test.change != nil {
				test.change(&k)
			}
			if diff := cmp.Diff(test.want, k.Scale(test.revision, now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
