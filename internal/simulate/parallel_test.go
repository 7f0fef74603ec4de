package simulate

import (
	"testing"

	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/workload"
)

// TestRunsShareNothing: two systems, each twice and all at once on one workload, give what each gives by itself. The race
// detector watches.
func TestRunsShareNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w workload.Workload = anyWorkload(t) // generated while it is read
		if rapid.Bool().Draw(t, "recorded") {
			w = anyRecord(t, false)
		}
		systems := rapid.SliceOfN(rapid.Custom(anySystem), 2, 2).Draw(t, "systems")
		var alone []string
		for _, s := range systems {
			alone = append(alone, s.bytes(t, w))
		}
		together := make([]Outcome, 2*len(systems))
		var g errgroup.Group
		for i := range together {
			g.Go(func() (err error) {
				together[i], err = systems[i/2].run(w)
				return err
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		for i, o := range together {
			if got := bytesOf(t, o); got != alone[i/2] {
				t.Fatalf("beside others:\n%s\nalone:\n%s", got, alone[i/2])
			}
		}
	})
}
