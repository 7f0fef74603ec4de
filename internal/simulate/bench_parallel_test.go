package simulate

import (
	"context"
	"sync/atomic"
	"testing"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// BenchmarkReplications runs replications of one traffic, each under a seed of its own, on every core at once, and reports
// the requests per second of all of them: go test -run '^$' -bench Replications -cpu 1,2 ./internal/simulate
func BenchmarkReplications(b *testing.B) {
	w, err := workload.Cache(poisson(b, 12.8, 2e5), 400_000)
	if err != nil {
		b.Fatal(err)
	}
	h := replicas(16, random.Exponential(1))
	b.ReportAllocs()
	var seed atomic.Uint64
	var done atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			o, err := Run(context.Background(), h, w, Options{Seed: seed.Add(1), Timeline: 1000})
			if err != nil {
				b.Error(err)
				return
			}
			done.Add(o.Arrivals)
		}
	})
	b.ReportMetric(float64(done.Load())/b.Elapsed().Seconds(), "req/s")
}
