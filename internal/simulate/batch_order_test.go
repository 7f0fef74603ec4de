package simulate

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestOrderAtBoundaries has requests come, wait and leave at the boundaries of iterations of a second each.
func TestOrderAtBoundaries(t *testing.T) {
	tokens := func(seconds int, output int32) workload.Request {
		return workload.Request{At: time.Duration(seconds) * time.Second, Output: output}
	}
	starts := perSecond(home.Batch{Max: 4, MaxWaiting: 1})
	starts.Cluster, starts.Container = nil, &home.Container{Max: 1, StartUp: random.Constant(5)}
	for name, test := range map[string]struct {
		home home.Home
		load workload.Workload
		want counts
	}{
		// The first runs alone and leaves at 1 s, when the second and the third begin together.
		"what waits at the home joins the iteration that begins when a slot is freed": {
			perSecond(home.Batch{Max: 2}), tokensAt(tokens(0, 1), tokens(0, 2), tokens(0, 4)),
			counts{served: 3, worst: 5, end: 5 * second},
		},
		"an arrival at a boundary waits for the next": {
			perSecond(home.Batch{Max: 2}), tokensAt(tokens(0, 5), tokens(2, 4)),
			counts{served: 2, worst: 5, end: 7 * second},
		},
		"also if something changes at that boundary": {
			perSecond(home.Batch{Max: 3}), tokensAt(tokens(0, 5), tokens(0, 1), tokens(2, 4)),
			counts{served: 3, worst: 5, end: 7 * second},
		},
		"an arrival at the boundary that empties the replica starts at once": {
			perSecond(home.Batch{Max: 2}), tokensAt(tokens(0, 2), tokens(2, 1)),
			counts{served: 2, worst: 2, end: 3 * second},
		},
		"of two that find a replica empty the first starts alone": {
			perSecond(home.Batch{Max: 2}), tokensAt(tokens(0, 1), tokens(0, 1)),
			counts{served: 2, worst: 2, end: 2 * second},
		},
		// All four slots are filled when the instance has started at 5 s, before its own queue.
		"those that wait for an instance find its slots before its queue": {
			starts, tokensAt(tokens(0, 1), tokens(0, 1), tokens(0, 1), tokens(0, 1), tokens(0, 1), tokens(0, 1)),
			counts{served: 6, worst: 7, end: 7 * second},
		},
	} {
		t.Run(name, func(t *testing.T) {
			compare(t, run(t, test.home, test.load), test.want)
		})
	}
}
