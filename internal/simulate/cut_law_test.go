package simulate

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/workload"
)

// later is a workload that begins after a time. Slices count from their own start; this puts them back where they were.
type later struct {
	workload.Workload
	by time.Duration
}

func (l later) Info() workload.Info {
	info := l.Workload.Info()
	info.Span += l.by
	return info
}

func (l later) Open() (workload.Stream, error) {
	s, err := l.Workload.Open()
	return laterStream{s, l.by}, err
}

type laterStream struct {
	workload.Stream
	by time.Duration
}

func (s laterStream) Read(dst []workload.Request) (int, error) {
	n, err := s.Stream.Read(dst)
	for i := range dst[:n] {
		dst[i].At += s.by
	}
	return n, err
}

// TestCutInTimeAndMerged: a workload cut at a moment and put together again has the same outcome, byte for byte.
func TestCutInTimeAndMerged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := anySystem(t), anyRecord(t, false)
		// A moment between two arrivals, or at one.
		at := time.Duration(rapid.Int64Range(1, int64(w.Info().Span)-1).Draw(t, "moment"))
		if list := requests(t, w); len(list) > 0 && rapid.Bool().Draw(t, "at an arrival") {
			at = max(1, list[rapid.IntRange(0, len(list)-1).Draw(t, "arrival")].At)
		}
		before, err := workload.Slice(w, 0, at)
		if err != nil {
			t.Fatal(err)
		}
		after, err := workload.Slice(w, at, 0)
		if err != nil {
			t.Fatal(err)
		}
		// The order of the parts does not matter, as they have no instant in common.
		for _, parts := range [][]workload.Workload{{before, later{after, at}}, {later{after, at}, before}} {
			merged, err := workload.Merge(parts...)
			if err != nil {
				t.Fatal(err)
			}
			if whole, again := s.bytes(t, w), s.bytes(t, merged); whole != again {
				t.Fatalf("cut at %v:\n%s\nwhole:\n%s", at, again, whole)
			}
		}
	})
}

// TestThinnedAndMerged: what thinning keeps and what it leaves out, put together again, have the same outcome as the whole.
func TestThinnedAndMerged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := anySystem(t), anyRecord(t, true)
		kept, err := workload.Scale(w, rapid.Float64Range(0.05, 0.95).Draw(t, "share"), rapid.Uint64().Draw(t, "thinning"))
		if err != nil {
			t.Fatal(err)
		}
		rest := workload.NewRecorded(w.Info(), without(requests(t, w), requests(t, kept)))
		merged, err := workload.Merge(kept, rest)
		if err != nil {
			t.Fatal(err)
		}
		if whole, again := s.bytes(t, w), s.bytes(t, merged); whole != again {
			t.Fatalf("thinned and merged:\n%s\nwhole:\n%s", again, whole)
		}
	})
}

// without leaves out the requests of a part, which come in the same order.
func without(all, part []workload.Request) []workload.Request {
	var rest []workload.Request
	for _, q := range all {
		if len(part) > 0 && part[0] == q {
			part = part[1:]
			continue
		}
		rest = append(rest, q)
	}
	return rest
}

// TestEqualRequestsAtOneInstantInAnyOrder: who sends which of several equal requests of one instant, and in which order they
// reach the merge, changes nothing.
func TestEqualRequestsAtOneInstantInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := anySystem(t), anyRecord(t, true)
		hands := make([][]workload.Request, rapid.IntRange(2, 4).Draw(t, "parts"))
		for _, q := range requests(t, w) {
			k := rapid.IntRange(0, len(hands)-1).Draw(t, "hand")
			hands[k] = append(hands[k], q)
		}
		var parts []workload.Workload
		for _, hand := range hands {
			parts = append(parts, workload.NewRecorded(w.Info(), hand))
		}
		whole := s.bytes(t, w)
		for range 2 {
			merged, err := workload.Merge(parts...)
			if err != nil {
				t.Fatal(err)
			}
			if again := s.bytes(t, merged); whole != again {
				t.Fatalf("dealt to %d and merged:\n%s\nwhole:\n%s", len(parts), again, whole)
			}
			slices.Reverse(parts)
		}
	})
}
