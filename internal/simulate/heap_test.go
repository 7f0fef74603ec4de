package simulate

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestHeapSorts compares with a stable sort: values leave in the order of their keys, whatever was pushed between.
func TestHeapSorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			h    heap[int]
			want []int64
		)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			if len(want) > 0 && rapid.IntRange(0, 2).Draw(t, "step") == 0 {
				i := slices.Index(want, slices.Min(want))
				if h.min() != want[i] {
					t.Fatalf("the least key is %d, want %d", h.min(), want[i])
				}
				if got := int64(h.pop()); got != want[i] {
					t.Fatalf("popped the value of key %d, want %d", got, want[i])
				}
				want = slices.Delete(want, i, i+1)
				continue
			}
			key := int64(rapid.IntRange(0, 30).Draw(t, "key"))
			h.push(key, int(key))
			want = append(want, key)
		}
		if h.len() != len(want) {
			t.Fatalf("%d left, want %d", h.len(), len(want))
		}
	})
}

// BenchmarkHeap holds a number of events: each leaves and comes back later.
func BenchmarkHeap(b *testing.B) {
	for name, n := range map[string]int{"16": 16, "256": 256, "4096": 4096} {
		b.Run(name, func(b *testing.B) {
			var h heap[event]
			r := rand.New(rand.NewPCG(1, 2))
			steps := make([]int64, 1<<16)
			for i := range steps {
				steps[i] = int64(r.ExpFloat64() * 1e9)
			}
			for i := range n {
				h.push(steps[i], event{})
			}
			i := 0
			for b.Loop() {
				at := h.min()
				e := h.pop()
				h.push(at+steps[i&(len(steps)-1)], e)
				i++
			}
		})
	}
}
