package kpa

import "time"

// Activity is how far a revision is from serving.
type Activity int

// A revision is activating until enough pods are ready, then active while it
// wants any, and inactive when it wants none.
const (
	Activating Activity = iota
	Active
	Inactive
)

// Revision is what the reconciler of knative/serving pkg/reconciler/autoscaling/kpa
// remembers of a revision; Spec.NewRevision makes one.
type Revision struct {
	// Activity is the present one, since ActivitySince.
	Activity      Activity
	ActivitySince time.Duration
	// Proxied tells that the activator is in the path, since ProxiedSince.
	Proxied      bool
	ProxiedSince time.Duration
	// Initialised tells that the initial scale has been reached once.
	Initialised bool
	// Desired and ExcessBurstCapacity are of the latest valid decision; Desired is -1 before the first.
	Desired, ExcessBurstCapacity int
}

// NewRevision returns a revision that is deployed at time now with InitialScale
// pods, none of which is ready, behind the activator.
func (k Spec) NewRevision(now time.Duration) Revision {
	return Revision{
		ActivitySince: now,
		Proxied:       true, ProxiedSince: now,
		Desired: -1, ExcessBurstCapacity: k.excess(0, k.InitialScale),
	}
}

// Reconcile takes in a decision and the number of ready pods at time now and
// returns the scale to apply. It is to be called after each decision, when the
// number of ready pods changes, and after the Retry of the latest scale.
func (k Spec) Reconcile(r *Revision, d Decision, ready int, now time.Duration) Scale {
	if d.Valid {
		r.Desired, r.ExcessBurstCapacity = d.Desired, d.ExcessBurstCapacity
	}
	scale := k.Scale(*r, now)
	if proxied := ready == 0 || scale.Replicas <= 0 || r.ExcessBurstCapacity < 0; proxied != r.Proxied {
		r.Proxied, r.ProxiedSince = proxied, now
	}
	if activity := k.activity(*r, scale.Replicas, ready); activity != r.Activity {
		r.Activity, r.ActivitySince = activity, now
	}
	r.Initialised = r.Initialised || ready >= k.activeFrom(*r)
	return scale
}

// activity is the table of computeActiveCondition in pkg/reconciler/autoscaling/kpa/kpa.go.
func (k Spec) activity(r Revision, want, ready int) Activity {
	switch from := k.activeFrom(r); {
	case want == 0 || from == 0:
		return Inactive
	case want < 0 && r.Activity == Inactive:
		return Inactive
	case ready < from:
		return Activating
	default:
		return Active
	}
}

// activeFrom is the number of ready pods that make a revision active.
func (k Spec) activeFrom(r Revision) int {
	if r.Initialised {
		return max(1, k.leastPods())
	}
	return max(k.InitialScale, k.leastPods())
}

// leastPods is Min, which does not hold a revision that no route refers to.
func (k Spec) leastPods() int {
	if !k.Reachable {
		return 0
	}
	return k.Min
}
