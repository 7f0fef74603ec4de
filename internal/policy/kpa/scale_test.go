package kpa

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The cases are the facts of TestScaler in
// knative/serving:pkg/reconciler/autoscaling/kpa/scaler_test.go, with its grace
// period of 60 s, stable window of 5 min and progress deadline of 121 s.
func TestScale(t *testing.T) {
	const (
		grace    = 60 * time.Second
		window   = 5 * time.Minute
		timeout  = 121*time.Second + activationBuffer
		now      = time.Hour
		never    = 0
		nothing  = -1
		toZero   = 0
		reserved = 10 * grace
	)
	in := func(activity Activity, lasting time.Duration, desired int) Revision {
		return Revision{
			Activity: activity, ActivitySince: now - lasting, Proxied: true, ProxiedSince: now, Initialised: true, Desired: desired,
		}
	}
	proxiedFor := func(r Revision, lasting time.Duration) Revision {
		r.ProxiedSince = now - lasting
		return r
	}
	direct := func(r Revision) Revision {
		r.Proxied = false
		return r
	}
	young := func(r Revision) Revision {
		r.Initialised = false
		return r
	}
	for _, test := range []struct {
		name     string
		change   func(*Spec)
		revision Revision
		want     Scale
	}{
		{"one pod until the idle period is over", nil, in(Active, window-time.Second, toZero), Scale{1, true, time.Second}},
		{"inactive after it", nil, direct(in(Active, window, toZero)), Scale{0, false, time.Second}},
		{"inactive after it, behind the activator", nil, in(Active, window, toZero), Scale{0, false, 3 * time.Second}},
		{
			"kept for the retention", func(k *Spec) { k.PodRetention = 2 * grace },
			in(Inactive, grace, toZero),
			Scale{0, false, grace},
		},
		{
			"gone after the retention", func(k *Spec) { k.PodRetention = grace },
			in(Inactive, grace, toZero),
			Scale{0, true, never},
		},
		{"gone after the grace period", nil, in(Inactive, grace, toZero), Scale{0, true, never}},
		{"kept before it", nil, in(Inactive, grace-time.Second, toZero), Scale{0, false, grace}},
		{
			"kept before it, the activator too short in the path", nil,
			proxiedFor(in(Inactive, grace-time.Second, toZero), grace-time.Second),
			Scale{0, false, time.Second},
		},
		{
			"gone before it, the activator long in the path", nil,
			proxiedFor(in(Inactive, grace-time.Second, toZero), grace),
			Scale{0, true, never},
		},
		{
			"gone before it, after a short retention", func(k *Spec) { k.PodRetention = 42 * time.Second },
			proxiedFor(in(Inactive, grace-time.Second, toZero), grace),
			Scale{0, true, never},
		},
		{"no probe of a permanent activator", func(k *Spec) { k.BurstCapacity = -1 }, direct(in(Inactive, grace, toZero)), Scale{0, true, never}},
		{"the activator is not in the path yet", nil, direct(in(Inactive, grace, toZero)), Scale{0, false, time.Second}},
		{"waits while activating", nil, in(Activating, timeout/2, toZero), Scale{-1, false, timeout}},
		{"waits while activating, to the end", nil, in(Activating, timeout, toZero), Scale{-1, false, timeout}},
		{"gives up activating", nil, in(Activating, timeout+time.Second, toZero), Scale{0, true, never}},
		{"at least the minimum", func(k *Spec) { k.Min = 2 }, in(Inactive, grace, toZero), Scale{2, true, never}},
		{
			"no minimum if unreachable", func(k *Spec) { k.Min, k.Reachable = 2, false },
			in(Inactive, grace, toZero),
			Scale{0, true, never},
		},
		{
			"no retention if unreachable", func(k *Spec) { k.PodRetention, k.Reachable = reserved, false },
			in(Inactive, grace, toZero),
			Scale{0, true, never},
		},
		{
			"grace even if unreachable", func(k *Spec) { k.PodRetention, k.Reachable = reserved, false },
			in(Inactive, grace-time.Second, toZero),
			Scale{0, false, grace},
		},
		{"up", nil, in(Active, grace, 10), Scale{10, true, never}},
		{"up to the maximum", func(k *Spec) { k.Max = 8 }, in(Active, grace, 10), Scale{8, true, never}},
		{"up from inactive", nil, in(Inactive, grace/2, 10), Scale{10, true, never}},
		{"unknown from zero", nil, in(Inactive, 0, nothing), Scale{-1, false, never}},
		{"unknown while active", nil, in(Active, 0, nothing), Scale{-1, false, never}},
		{"initial scale reached earlier", func(k *Spec) { k.InitialScale = 2 }, in(Active, 2*time.Minute, toZero), Scale{1, true, 3 * time.Minute}},
		{"initial scale not reached", func(k *Spec) { k.InitialScale = 2 }, young(in(Activating, 0, 1)), Scale{2, true, never}},
		{"initial scale without data", func(k *Spec) { k.InitialScale = 5 }, young(in(Activating, 0, nothing)), Scale{5, true, never}},
		{"initial scale of zero", func(k *Spec) { k.InitialScale = 0 }, young(in(Inactive, 0, toZero)), Scale{0, false, grace}},
		{
			"no initial scale if unreachable", func(k *Spec) { k.InitialScale, k.Reachable = 2, false },
			young(in(Active, 2*time.Minute, toZero)),
			Scale{1, true, 3 * time.Minute},
		},
		{"never to zero", func(k *Spec) { k.ScaleToZero = false }, in(Inactive, grace, toZero), Scale{1, true, never}},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := Default(ConcurrencyTotal)
			k.ScaleToZeroGrace, k.StableWindow, k.ProgressDeadline = grace, window, timeout-activationBuffer
			if test.change != nil {
				test.change(&k)
			}
			if diff := cmp.Diff(test.want, k.Scale(test.revision, now)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
