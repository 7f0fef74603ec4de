package simulate

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/unit"
	"fulcrum.dev/fulcrum/internal/workload"
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
	w, err := workload.FromTraffic(nil, v1alpha1.Traffic{Seed: &seed, Generator: &g})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func run(t testing.TB, h platform.Home, w workload.Workload) Outcome {
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

func replicas(n int, service random.Dist) platform.Home {
	return platform.Home{
		Name:    fmt.Sprintf("%d replicas", n),
		Service: platform.Service{Duration: service, Concurrency: 1},
		Cluster: &platform.Cluster{Replicas: n, ReplicasPerNode: 1},
	}
}

// erlang returns the Erlang C probability of waiting and the mean wait, in units of 1/mu.
func erlang(c int, a float64) (waiting, wait float64) {
	b := 1.0
	for k := 1; k <= c; k++ {
		b = a * b / (float64(k) + a*b)
	}
	rho := a / float64(c)
	waiting = b / (1 - rho*(1-b))
	return waiting, waiting / (float64(c) - a)
}

// TestMMc checks the mean wait and the percentiles of the time in system
// against Erlang's formulas.
func TestMMc(t *testing.T) {
	for _, row := range []struct {
		c                         int
		lambda, wq, p50, p95, p99 float64
	}{
		{2, 1.6, 1.777778, 2.040031, 7.910684, 11.93737},
		{4, 3.2, .745541, 1.346199, 4.738019, 6.893204},
		{8, 7.2, .876916, 1.489355, 4.925147, 7.087347},
		{16, 12.8, .095276, .801856, 3.125392, 4.734952},
		{50, 45, .072773, .77647, 3.082796, 4.692234},
	} {
		t.Run(fmt.Sprintf("c=%d", row.c), func(t *testing.T) {
			t.Parallel()
			if _, wq := erlang(row.c, row.lambda); math.Abs(wq/row.wq-1) > 1e-4 {
				t.Fatalf("the table's wait %g is not Erlang's %g", row.wq, wq)
			}
			o := run(t, replicas(row.c, random.Exponential(1)), poisson(t, row.lambda, 30e6))
			near(t, "mean wait", o.Wait.Mean, row.wq, 0.01)
			near(t, "p50", o.Latency.P50, row.p50, 0.01)
			near(t, "p95", o.Latency.P95, row.p95, 0.01)
			near(t, "p99", o.Latency.P99, row.p99, 0.01)
			near(t, "utilisation", o.Utilisation, row.lambda/float64(row.c), 0.01)
		})
	}
}

// TestMG1 checks the Pollaczek-Khinchine mean wait rho(1+cv^2)E[S]/(2(1-rho)).
func TestMG1(t *testing.T) {
	for _, row := range []struct{ cv2, wq float64 }{{0, 2}, {1, 4}, {4, 10}} {
		t.Run(fmt.Sprintf("cv2=%g", row.cv2), func(t *testing.T) {
			t.Parallel()
			service, err := random.NewDist(random.ShapeGamma, 1, math.Sqrt(row.cv2))
			if err != nil {
				t.Fatal(err)
			}
			o := run(t, replicas(1, service), poisson(t, 0.8, 20e6))
			near(t, "mean wait", o.Wait.Mean, row.wq, 0.01)
		})
	}
}

// TestErlangLoss checks a function home at its concurrency limit against Erlang B.
func TestErlangLoss(t *testing.T) {
	h := platform.Home{
		Name:     "capped functions",
		Service:  platform.Service{Duration: random.Exponential(1), Concurrency: 1},
		Function: &platform.Function{Limit: 10, IdleExpiry: time.Minute},
	}
	o := run(t, h, poisson(t, 8, 5e6))
	near(t, "loss", float64(o.Rejected)/float64(o.Arrivals), 0.121661, 0.01) // B(10, 8)
}

// TestKeepAlive checks cold starts and live environments of a function home
// whose requests take the most recently used one, with exponential service.
func TestKeepAlive(t *testing.T) {
	for _, row := range []struct{ lambda, service, expiry, cold, live float64 }{
		{.9, 1.991, 600, .00132931, 7.69193},
		{.9, 1.991, 60, .0163273, 5.86423},
		{.9, 1.991, 10, .10604, 4.18399},
		{.1, 1.991, 60, .0760134, 1.68032},
		{1, 1, 1, .49652, 1.6921},
		{1, 1, 10, .0773738, 3.27808},
		{10, 1, 10, .019085, 17.184},
	} {
		t.Run(fmt.Sprintf("lambda=%g/expiry=%g", row.lambda, row.expiry), func(t *testing.T) {
			t.Parallel()
			h := platform.Home{
				Name:    "functions",
				Service: platform.Service{Duration: random.Exponential(row.service), Concurrency: 1},
				Function: &platform.Function{
					Limit: 100_000, IdleExpiry: time.Duration(row.expiry * 1e9),
				},
			}
			// The relative error falls with the number of cold starts, of which the first row has few.
			o := run(t, h, poisson(t, row.lambda, min(40e6, 2e5/row.cold)))
			near(t, "cold share", float64(o.ColdStarts)/float64(o.Arrivals), row.cold, 0.01)
			near(t, "mean live", o.MeanLive, row.live, 0.01)
		})
	}
}

// TestColdProbabilityOfShortService checks P(cold) = exp(-lambda T) as the service time vanishes.
func TestColdProbabilityOfShortService(t *testing.T) {
	h := platform.Home{
		Name:     "functions",
		Service:  platform.Service{Duration: random.Constant(1e-6), Concurrency: 1},
		Function: &platform.Function{Limit: 1000, IdleExpiry: 20 * time.Second},
	}
	o := run(t, h, poisson(t, 0.1, 2e6))
	near(t, "cold share", float64(o.ColdStarts)/float64(o.Arrivals), math.Exp(-2), 0.01)
}

// TestProcessorSharing checks that a batch whose iteration grows with every
// sequence is processor sharing: E[T] = E[S]/(1-rho), whatever the distribution of the lengths.
func TestProcessorSharing(t *testing.T) {
	w := tokens(t, 0.7, 2.1e6, v1alpha1.CountDistribution{Mean: 1}, v1alpha1.CountDistribution{Shape: "exponential", Mean: 1000})
	h := platform.Home{
		Name: "one shared replica",
		Service: platform.Service{
			Concurrency: 1000,
			Batch:       &platform.Batch{Beta: time.Millisecond, Max: 1000},
		},
		Cluster: &platform.Cluster{Replicas: 1, ReplicasPerNode: 1},
	}
	o := run(t, h, w)
	near(t, "mean latency", o.Latency.Mean, 1/(1-0.7), 0.01)
	near(t, "utilisation", o.Utilisation, 0.7, 0.01)
}
