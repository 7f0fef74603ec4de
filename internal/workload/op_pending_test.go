package workload

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRequestHeapPopsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h requestHeap
		var model []time.Duration
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			if len(model) > 0 && rapid.Bool().Draw(t, "pop") {
				if got := h.pop().At; got != model[0] {
					t.Fatalf("pop = %d, want %d", got, model[0])
				}
				model = model[1:]
				continue
			}
			at := time.Duration(rapid.IntRange(0, 50).Draw(t, "at"))
			h.push(Request{At: at})
			i, _ := slices.BinarySearch(model, at)
			model = slices.Insert(model, i, at)
		}
		if len(h) != len(model) {
			t.Fatalf("%d requests in the heap, want %d", len(h), len(model))
		}
	})
}

func TestRequestQueueIsFirstInFirstOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q requestQueue
		var pushed, popped int32
		for range rapid.IntRange(0, 300).Draw(t, "steps") {
			if pushed > popped && rapid.IntRange(0, 2).Draw(t, "pop") > 0 {
				if got := q.pop().Input; got != popped {
					t.Fatalf("pop = %d, want %d", got, popped)
				}
				popped++
				continue
			}
			q.push(Request{Input: pushed})
			pushed++
			if q.len() != int(pushed-popped) || q.head().Input != popped {
				t.Fatalf("%d requests from %d, want %d from %d", q.len(), q.head().Input, pushed-popped, popped)
			}
		}
	})
}
