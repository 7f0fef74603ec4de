package simulate

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
)

func anyBatch(t *rapid.T, slots int) *home.Batch {
	return &home.Batch{
		Alpha: 20 * time.Millisecond, Beta: time.Millisecond, Gamma: 100 * time.Microsecond, Max: slots, KVTokens: 2000,
		MaxTokens: rapid.SampledFrom([]int64{0, 30, 200}).Draw(t, "maxTokens"),
	}
}

// TestMoreReplicasAnswerSoonerInBatches: boundaries fall elsewhere with one more replica, so that a request may just miss
// one that it met before. The mean latency of 200 fixed cases tells nothing else.
func TestMoreReplicasAnswerSoonerInBatches(t *testing.T) {
	cases := rapid.Custom(func(t *rapid.T) [2]float64 {
		w, batch := anyWorkload(t), anyBatch(t, rapid.IntRange(1, 8).Draw(t, "slots"))
		n := rapid.IntRange(1, 4).Draw(t, "n")
		var latencies [2]float64
		for i := range latencies {
			h := replicas(n+i, nil)
			h.Service = home.Service{Concurrency: batch.Max, Batch: batch}
			o, err := Run(context.Background(), h, w, Options{Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			latencies[i] = o.Latency.Mean
		}
		return latencies
	})
	for seed := range 200 {
		if l := cases.Example(seed); l[1] > 1.02*l[0] {
			t.Errorf("case %d: answers take %g s, and %g s with a replica more", seed, l[0], l[1])
		}
	}
}
