package simulate

import (
	"context"
	"fmt"
	"math"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

// poisson is n requests on average at a rate per second.
func poisson(t testing.TB, rate, n float64) workload.Workload {
	t.Helper()
	return generate(t, v1alpha1.Generator{Rate: unit.Rate(rate), Span: unit.Duration(n / rate * 1e9)})
}

// tokens is poisson with prompt and output tokens.
func tokens(t testing.TB, rate, n float64, input, output v1alpha1.CountDistribution) workload.Workload {
	t.Helper()
	return generate(t, v1alpha1.Generator{
		Rate: unit.Rate(rate), Span: unit.Duration(n / rate * 1e9),
		Sizes: v1alpha1.Sizes{Input: &input, Output: &output},
	})
}

func generate(t testing.TB, g v1alpha1.Generator) workload.Workload {
	t.Helper()
	seed := uint64(7)
	g.Arrivals = "poisson"
	w, err := traffic.Build(nil, v1alpha1.Traffic{Seed: &seed, Generator: &g})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func run(t testing.TB, h home.Home, w workload.Workload) Outcome {
	t.Helper()
	o, err := Run(context.Background(), h, w, Options{Seed: 11})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// near fails unless got is within a share of want.
func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if math.Abs(got-want) > share*math.Abs(want) {
		t.Errorf("%s = %.6g, want %.6g within %.1f %% (off by %.2f %%)", what, got, want, share*100, (got/want-1)*100)
	}
}

func replicas(n int, service random.Dist) home.Home {
	return home.Home{
		Name:    fmt.Sprintf("%d replicas", n),
		Service: home.Service{Duration: service, Concurrency: 1},
		Cluster: &home.Cluster{Replicas: n, ReplicasPerNode: 1},
	}
}
