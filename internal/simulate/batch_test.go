package simulate

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/workload"
)

// slowBatch runs one replica iteration by iteration, as continuous batching is
// defined, and returns the end of each request in order of its end.
func slowBatch(spec platform.Batch, requests []workload.Request) []time.Duration {
	type sequence struct {
		left int32
		held int64
	}
	var (
		running []sequence
		waiting []workload.Request
		ends    []time.Duration
		now     time.Duration
		held    int64
	)
	for len(requests)+len(waiting)+len(running) > 0 {
		if len(running)+len(waiting) == 0 {
			now = max(now, requests[0].At)
		}
		for len(requests) > 0 && requests[0].At <= now {
			waiting = append(waiting, requests[0])
			requests = requests[1:]
		}
		var prompts int64
		for len(waiting) > 0 && len(running) < spec.Max {
			need := int64(waiting[0].Input) + int64(waiting[0].Output)
			if spec.KVTokens > 0 && len(running) > 0 && held+need > spec.KVTokens {
				break
			}
			held += need
			running = append(running, sequence{left: max(1, waiting[0].Output), held: need})
			prompts += int64(waiting[0].Input)
			waiting = waiting[1:]
		}
		now += spec.Iteration(len(running), prompts)
		running = slices.DeleteFunc(running, func(s sequence) bool { return s.left == 1 && finish(&ends, &held, now, s.held) })
		for i := range running {
			running[i].left--
		}
	}
	return ends
}

func finish(ends *[]time.Duration, held *int64, now time.Duration, tokens int64) bool {
	*ends = append(*ends, now)
	*held -= tokens
	return true
}

// TestBatchEqualsIterationByIteration compares virtual time with the definition, to the nanosecond.
func TestBatchEqualsIterationByIteration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := platform.Batch{
			Alpha: time.Duration(rapid.IntRange(1, 50).Draw(t, "alpha")),
			Beta:  time.Duration(rapid.IntRange(0, 10).Draw(t, "beta")),
			Gamma: time.Duration(rapid.IntRange(0, 5).Draw(t, "gamma")),
			Max:   rapid.IntRange(1, 5).Draw(t, "max"),
		}
		if rapid.Bool().Draw(t, "bounded") {
			spec.KVTokens = int64(rapid.IntRange(5, 60).Draw(t, "kv"))
		}
		var requests []workload.Request
		var at time.Duration
		for range rapid.IntRange(1, 30).Draw(t, "n") {
			at += time.Duration(rapid.IntRange(0, 200).Draw(t, "gap"))
			requests = append(requests, workload.Request{
				At:     at,
				Input:  int32(rapid.IntRange(0, 20).Draw(t, "input")),
				Output: int32(rapid.IntRange(0, 20).Draw(t, "output")),
			})
		}
		want := slowBatch(spec, requests)
		got := fastBatch(spec, requests)
		if !slices.Equal(got, want) {
			t.Fatalf("ends differ:\n got %v\nwant %v", got, want)
		}
	})
}

// fastBatch runs the same through the engine's batch.
func fastBatch(spec platform.Batch, requests []workload.Request) []time.Duration {
	h := platform.Home{Service: platform.Service{Concurrency: spec.Max, Batch: &spec}}
	s := newServer(h, 0, never, newCallers(newRecorder(time.Hour, Options{}, true), Options{}), 1)
	b := new(batch)
	b.reset()
	var ends []time.Duration
	stepTo := func(limit int64) {
		for b.next <= limit {
			now := b.next
			for range b.step(s, now, nil) {
				ends = append(ends, time.Duration(now))
			}
		}
	}
	for i := range requests {
		// An arrival at a boundary is admitted there, as in the definition.
		r := &requests[i]
		stepTo(int64(r.At) - 1)
		b.offer(s, s.send(r), int64(r.At))
	}
	stepTo(never - 1)
	return ends
}
