package simulate

import (
	"math"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/unit"
	"fulcrum.dev/fulcrum/internal/workload"
)

// setUp is servers that are off when idle and start for those that wait; a completion cancels a surplus start.
func setUp(servers int, start random.Dist) platform.Home {
	return platform.Home{
		Name:      "servers with set-up",
		Service:   platform.Service{Duration: random.Exponential(1), Concurrency: 1},
		Container: &platform.Container{Max: servers, StartUp: start, CancelSurplus: true},
	}
}

// staggered starts at most one server at a time.
func staggered(servers int, start random.Dist) platform.Home {
	h := setUp(servers, start)
	h.Container.StartsAtOnce = 1
	return h
}

// Student's t with 9 degrees of freedom, for an interval of 99 %.
const parts, student = 10, 3.25

// meanSojourn returns the mean time in system of independent runs that have the requests between them, and half of its interval.
func meanSojourn(t *testing.T, h platform.Home, lambda, requests float64) (mean, half float64) {
	t.Helper()
	var sum, squares float64
	for seed := range uint64(parts) {
		w, err := workload.FromTraffic(nil, v1alpha1.Traffic{Seed: &seed, Generator: &v1alpha1.Generator{
			Arrivals: "poisson", Rate: unit.Rate(lambda), Span: unit.Duration(requests / parts / lambda * 1e9),
		}})
		if err != nil {
			t.Fatal(err)
		}
		o, err := Run(t.Context(), h, w, Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		sum += o.Latency.Mean
		squares += o.Latency.Mean * o.Latency.Mean
	}
	mean = sum / parts
	return mean, student * math.Sqrt((squares/parts-mean*mean)/(parts-1))
}

// TestSetUp checks the mean time in system against the exact values (Gandhi, Doroudi, Harchol-Balter and
// Scheller-Wolf, SIGMETRICS 2013; M/G/1 with set-up: 1/(mu - lambda) + (2E[D] + lambda E[D^2]) / (2(1 + lambda E[D]))), and
// for deterministic starts of several servers against those of another simulation, with its error.
func TestSetUp(t *testing.T) {
	const many = 1000
	for _, row := range []struct {
		name           string
		home           platform.Home
		lambda         float64
		requests       float64
		want, wantHalf float64
	}{
		{"M-M-1 deterministic", setUp(1, random.Constant(10)), 0.5, 1e6, 7.833333, 0},
		{"M-M-1 exponential", setUp(1, random.Exponential(10)), 0.5, 1e6, 12, 0},
		{"M-M-2", setUp(2, random.Exponential(10)), 1, 2e6, 7.117807, 0},
		{"M-M-4", setUp(4, random.Exponential(10)), 3.2, 4e6, 5.878444, 0},
		{"M-M-16 at 80 %", setUp(16, random.Exponential(50)), 12.8, 8e6, 8.056416, 0},
		{"M-M-16 at 50 %", setUp(16, random.Exponential(50)), 8, 4e6, 5.638878, 0},
		{"M-M-infinity", setUp(many, random.Exponential(10)), 5, 2e6, 2.085661, 0},
		{"M-M-infinity slow", setUp(many, random.Exponential(20)), 10, 2e6, 2.107088, 0},
		{"M-M-4 deterministic", setUp(4, random.Constant(10)), 3.2, 3e6, 5.36, 0.013},
		{"M-M-16 at 80 % deterministic", setUp(16, random.Constant(50)), 12.8, 6e6, 10.35, 0.10},
		{"M-M-16 at 50 % deterministic", setUp(16, random.Constant(50)), 8, 4e6, 11.42, 0.08},
		{"staggered M-M-2", staggered(2, random.Exponential(10)), 1, 2e6, 1 + 1.0/3 + 10, 0},
		{"staggered M-M-4", staggered(4, random.Exponential(1)), 3.2, 2e6, 1 + 0.745541 + 1, 0},
		{"staggered M-M-16", staggered(16, random.Exponential(2)), 12.8, 2e6, 1 + 0.095276 + 2, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			mean, half := meanSojourn(t, row.home, row.lambda, row.requests)
			if allowed := max(0.005*row.want, half+row.wantHalf); math.Abs(mean-row.want) > allowed {
				t.Errorf("mean time in system %.5g, want %.5g within %.2g", mean, row.want, allowed)
			}
		})
	}
}
