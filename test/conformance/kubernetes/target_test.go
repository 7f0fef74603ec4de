package kubernetes

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// target is one thing to scale, in a namespace of its own, with an HPA of each kind.
type target struct {
	random    *rand.Rand
	namespace string
	theirs    *autoscaling.HorizontalPodAutoscaler
	ours      hpa.Spec
	state     hpa.State

	// What both see at the next sync.
	seen   hpa.Snapshot
	pods   []*core.Pod
	synced bool // the controller has asked for the scale
	asked  int  // the replicas that the controller asked for
}

func newTarget(i int, random *rand.Rand) *target {
	t := &target{random: random, namespace: fmt.Sprintf("n%d", i)}
	t.specify()
	t.seen.Replicas = t.between(0, t.ours.Max+2)
	return t
}

// compare decides as well, and requires the same as the controller asked for.
func (t *target) compare(test *testing.T, now time.Duration, tally map[string]int) {
	test.Helper()
	current := t.seen.Replicas
	got := t.ours.Decide(&t.state, &t.seen, now)
	if !t.synced {
		test.Fatalf("%s at %v: the controller did not decide", t.namespace, now)
	}
	if got != t.asked {
		test.Fatalf("%s at %v: %d replicas, Kubernetes asks for %d\nspecification %+v\nbehaviour %+v\nseen %+v\nstate %+v",
			t.namespace, now, got, t.asked, t.ours, t.ours.Behavior, t.seen, t.state)
	}
	switch {
	case got > current:
		tally["grown"]++
	case got < current:
		tally["shrunk"]++
	default:
		tally["kept"]++
	}
	t.seen.Replicas = got
}

// between returns a number from low to high, both included.
func (t *target) between(low, high int) int { return low + t.random.IntN(high-low+1) }

// seconds draws a time up to so many seconds; half of them in whole syncs, so
// that the ends of windows are met exactly.
func (t *target) seconds(most int) time.Duration {
	d := time.Duration(t.between(0, most)) * time.Second
	if t.chance(50) {
		d = d.Round(resync)
	}
	return d
}

// chance is true in so many per cent of the cases.
func (t *target) chance(percent int) bool { return t.random.IntN(100) < percent }
