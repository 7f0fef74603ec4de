package kpa

import "time"

const (
	// probe is the time between two probes whether the activator is in the path.
	probe = time.Second
	// settle is the wait for a revision that is marked inactive behind the activator.
	settle = 3 * time.Second
	// activationBuffer is added to the progress deadline, so that failing pods are reported before they go.
	activationBuffer = 30 * time.Second
)

// Scale is what the reconciler makes of the desired number of pods.
type Scale struct {
	// Replicas is the number that the revision is to have; -1 if that is not known yet.
	Replicas int
	// Apply is false while the deployment stays as it is.
	Apply bool
	// Retry is the time after which to look again even if nothing else happens; 0 for none.
	Retry time.Duration
}

// Scale returns the number of pods for the revision's latest decision at time
// now: within the bounds, and the last pod only once it may go
// (knative/serving:pkg/reconciler/autoscaling/kpa/scaler.go). That the activator
// is in the path is taken to be known at once; there it is probed.
func (k Spec) Scale(r Revision, now time.Duration) Scale {
	if r.Desired < 0 && r.Activity != Activating {
		return Scale{Replicas: r.Desired}
	}
	least := k.leastPods()
	if k.Reachable && !r.Initialised && k.InitialScale > 1 {
		least = max(least, k.InitialScale)
	}
	pods := max(r.Desired, least)
	if k.Max > 0 && r.Desired > k.Max {
		pods = k.Max
	}
	if pods > 0 {
		return Scale{Replicas: pods, Apply: true}
	}
	return k.toZero(r, now)
}

// toZero answers when the last pod may go: not before the revision was active
// for a stable window, then inactive for the retention, and behind the activator
// for the grace period.
func (k Spec) toZero(r Revision, now time.Duration) Scale {
	since := now - r.ActivitySince
	switch {
	case !k.ScaleToZero:
		return Scale{Replicas: 1, Apply: true}
	case r.Activity == Activating:
		timeout := k.ProgressDeadline + activationBuffer
		if since > timeout {
			return Scale{Apply: true}
		}
		return Scale{Replicas: -1, Retry: timeout}
	case r.Activity == Active && since < k.StableWindow:
		return Scale{Replicas: 1, Apply: true, Retry: k.StableWindow - since}
	case r.Activity == Active && r.Proxied:
		return Scale{Retry: settle}
	case r.Activity == Active:
		return Scale{Retry: probe}
	default:
		return k.lastPod(r, now)
	}
}

// lastPod is the rule for a revision that is inactive.
func (k Spec) lastPod(r Revision, now time.Duration) Scale {
	if !r.Proxied && k.BurstCapacity != -1 {
		return Scale{Retry: probe}
	}
	retention := k.PodRetention
	if !k.Reachable {
		retention = 0
	}
	idle := now - r.ActivitySince
	if idle >= max(k.ScaleToZeroGrace, retention) {
		return Scale{Apply: true}
	}
	if idle < retention {
		return Scale{Retry: retention - idle}
	}
	// The activator may have been in the path for longer than the revision was inactive.
	proxied := time.Duration(0)
	if r.Proxied {
		proxied = now - r.ProxiedSince
	}
	if proxied >= k.ScaleToZeroGrace {
		return Scale{Apply: true}
	}
	return Scale{Retry: k.ScaleToZeroGrace - proxied}
}
