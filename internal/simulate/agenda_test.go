package simulate

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// queueOfEvents is what heap and agenda have in common.
type queueOfEvents interface {
	push(key int64, value event)
	pop() event
	min() int64
}

// TestEventsInOrder compares a heap and an agenda with a stable sort: events leave in the order of their keys, those
// of one key in the order in which they were pushed, whatever was pushed between.
func TestEventsInOrder(t *testing.T) {
	type pushed struct {
		key   int64
		value event
	}
	for name, empty := range map[string]func() queueOfEvents{
		"heap":   func() queueOfEvents { return &heap[event]{} },
		"agenda": func() queueOfEvents { a := newAgenda(); return &a },
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				q, want := empty(), []pushed(nil)
				most := rapid.SampledFrom([]int64{3, 30, 1 << 40}).Draw(t, "most")
				pops := rapid.IntRange(0, 2).Draw(t, "pops")
				for k := range rapid.IntRange(1, 400).Draw(t, "steps") {
					if len(want) > 0 && rapid.IntRange(0, 3).Draw(t, "step") < pops {
						first := slices.MinFunc(want, func(a, b pushed) int { return cmp.Compare(a.key, b.key) })
						if got := q.min(); got != first.key {
							t.Fatalf("the least key is %d, want %d", got, first.key)
						}
						if got := q.pop(); got != first.value {
							t.Fatalf("popped %v, want %v, the first of those with key %d", got, first.value, first.key)
						}
						want = slices.DeleteFunc(want, func(p pushed) bool { return p == first })
						continue
					}
					p := pushed{rapid.Int64Range(0, most).Draw(t, "key"), event{subject: int32(k)}}
					q.push(p.key, p.value)
					want = append(want, p)
				}
				for range want {
					q.pop()
				}
				if q.min() != never {
					t.Fatalf("something is left at %d", q.min())
				}
			})
		})
	}
}

// BenchmarkEvents holds a number of events: each leaves and comes back later.
func BenchmarkEvents(b *testing.B) {
	for name, n := range map[string]int{"16": 16, "256": 256, "4096": 4096} {
		b.Run(name, func(b *testing.B) {
			h := newAgenda()
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
