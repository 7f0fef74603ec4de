package simulate

import (
	"context"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// benchmarkRun reports simulated requests per second: go test -run '^$' -bench . -cpu 1 ./internal/simulate
func benchmarkRun(b *testing.B, h home.Home, rate float64) {
	benchmarkOn(b, h, poisson(b, rate, 1e6))
}

func benchmarkOn(b *testing.B, h home.Home, w workload.Workload) {
	w, err := workload.Cache(w, 2_000_000)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var done int64
	for b.Loop() {
		o, err := Run(context.Background(), h, w, Options{Seed: 1, Timeline: 1000})
		if err != nil {
			b.Fatal(err)
		}
		done += o.Arrivals
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "req/s")
}

// BenchmarkHybrid sends what finds no free slot of 14 to functions, with a load of 10.
func BenchmarkHybrid(b *testing.B) {
	w, err := workload.Cache(poisson(b, 10, 1e6), 2_000_000)
	if err != nil {
		b.Fatal(err)
	}
	base := replicas(14, random.Exponential(1))
	homes := []home.Home{base, serverless(base.Service)}
	b.ReportAllocs()
	var done int64
	for b.Loop() {
		o, err := RunHybrid(context.Background(), Hybrid{Homes: homes, Router: overflowWhenFull(b)}, w, Options{Seed: 1, Timeline: 1000})
		if err != nil {
			b.Fatal(err)
		}
		done += o.Arrivals
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "req/s")
}

func BenchmarkFixedCluster16(b *testing.B) {
	benchmarkRun(b, replicas(16, random.Exponential(1)), 12.8)
}

func BenchmarkFunction(b *testing.B) {
	benchmarkRun(b, home.Home{
		Name:    "functions",
		Service: home.Service{Duration: random.Exponential(2), Concurrency: 1},
		Function: &home.Function{
			Limit: 1000, Init: random.Constant(1), IdleExpiry: 300 * time.Second, Step: time.Millisecond,
		},
	}, 5)
}

func BenchmarkContainer(b *testing.B) {
	benchmarkRun(b, home.Home{
		Name:      "containers",
		Service:   home.Service{Duration: random.Exponential(2), Concurrency: 4},
		Container: &home.Container{Max: 100, StartUp: random.Constant(30), IdleHold: 60 * time.Second, Step: time.Second},
	}, 5)
}

func BenchmarkAutoscaledCluster(b *testing.B) {
	hpa := home.NewHPA(2, 40, 0.7)
	benchmarkRun(b, home.Home{
		Name:    "autoscaled",
		Service: home.Service{Duration: random.Exponential(2), Concurrency: 1},
		Cluster: &home.Cluster{
			Replicas: 2, Autoscaler: hpa, ReplicasPerNode: 1, NodeStartUp: random.Constant(60), PodStartUp: random.Constant(10),
		},
	}, 5)
}

func BenchmarkBatched64(b *testing.B) {
	benchmarkOn(b, home.Home{
		Name: "batched",
		Service: home.Service{Concurrency: 64, Batch: &home.Batch{
			Alpha: 6 * time.Millisecond, Beta: 150 * time.Microsecond, Gamma: 32 * time.Microsecond, Max: 64,
		}},
		Cluster: &home.Cluster{Replicas: 1, ReplicasPerNode: 1},
	}, tokens(b, 2, 200_000, v1alpha1.CountDistribution{Mean: 500}, v1alpha1.CountDistribution{Mean: 500}))
}
