package calibrate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/random"
)

const within = 0.05 // what must be recovered, relative

// TestBatchedIsRecovered: the parameters of any batching server come out of its streams.
func TestBatchedIsRecovered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		b := batchServer{
			alpha:    rapid.Float64Range(0.005, 0.03).Draw(t, "alpha"),
			beta:     rapid.Float64Range(0.001, 0.004).Draw(t, "beta"),
			gamma:    rapid.Float64Range(0.0001, 0.0005).Draw(t, "gamma"),
			overhead: rapid.Float64Range(0, 0.005).Draw(t, "overhead"),
			most:     rapid.IntRange(4, 12).Draw(t, "most"),
			sizes:    func() (int64, int64) { return 20 + rng.Int64N(300), 10 + rng.Int64N(60) },
			jitter:   func() time.Duration { return time.Duration(rng.ExpFloat64() * 2e5) },
		}
		each := 40*(b.alpha+b.beta*float64(b.most)) + 170*b.gamma*float64(b.most) // of a full batch
		full := float64(b.most) / each
		log := newLog(b.serve(arrivals(rng, 240*time.Second, full*0.05, full*0.3, full*0.7, full*1.3)))
		got, err := Fit(t.Context(), log, 0, onCPU)
		if err != nil {
			t.Fatal(err)
		}
		p := got.Profile.Batched
		near(t, "alpha", p.Alpha.Seconds(), b.alpha, within)
		near(t, "beta", p.Beta.Seconds(), b.beta, within)
		near(t, "gamma", p.Gamma.Seconds(), b.gamma, within)
		if p.MaxBatch != b.most || !got.Profile.Range.Saturated {
			t.Errorf("the limit is %d (saturated %t), expected %d", p.MaxBatch, got.Profile.Range.Saturated, b.most)
		}
		if d := got.Overhead.Seconds() - b.overhead; d < -0.001 || d > 0.001 {
			t.Errorf("the overhead is %v, expected %g s", got.Overhead, b.overhead)
		}
		for _, r := range got.Fit.Replay {
			if r.Metric == timePerOutputToken && r.Percentile < 99 { // the others grow with the overload, and with what is a little off
				near(t, r.Metric, r.Predicted.Seconds(), r.Measured.Seconds(), within)
			}
		}
	})
}

// TestCurveIsRecovered: a server that computes one sequence by another kernel than several, and one whose additional sequences cost
// less and less, are no straight lines.
func TestCurveIsRecovered(t *testing.T) {
	bends := map[string]func(int) float64{
		"the more, the cheaper": func(n int) float64 { return 0.012 * math.Sqrt(float64(n)) },
		"the more, the dearer":  func(n int) float64 { return 0.0006*math.Pow(float64(n), 1.5) - 0.004 },
		"one is cheap": func(n int) float64 {
			if n == 1 {
				return -0.003
			}
			return 0
		},
	}
	for name, bend := range bends {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(5, 5))
			b := batchServer{
				alpha: 0.004, beta: 0.0013, gamma: 0.0015, overhead: 0.002, most: 16, bend: bend,
				sizes:  func() (int64, int64) { return 4 + rng.Int64N(40), 10 + rng.Int64N(60) },
				jitter: func() time.Duration { return time.Duration(rng.ExpFloat64() * 2e5) },
			}
			full := 16 / (40*b.iteration(16) + 25*b.gamma*16)
			got, err := Fit(t.Context(), newLog(b.serve(arrivals(rng, 60*time.Second, full*0.05, full*0.3, full*0.7, full*1.3))), 0, onCPU)
			if err != nil {
				t.Fatal(err)
			}
			p := got.Profile
			if len(p.Batched.Iterations) < 3 || p.Batched.Alpha != nil || p.Batched.Beta != nil {
				t.Fatalf("got %+v, expected a curve", p.Batched)
			}
			home, err := replica(&p)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{1, 2, 4, 8, 12, 16} {
				near(t, fmt.Sprintf("an iteration of %d", n), home.Service.Batch.Iteration(n, 0).Seconds(), b.iteration(n), within)
			}
			near(t, "gamma", p.Batched.Gamma.Seconds(), b.gamma, within)
		})
	}
}

// TestHiddenTokensAreSeenThrough: a server whose chunks come for a part of its tokens, as one that holds back half characters, is
// recovered from whole requests.
func TestHiddenTokensAreSeenThrough(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	b := batchServer{
		alpha: 0.006, beta: 0.004, gamma: 0.0003, overhead: 0.002, most: 8,
		sizes:  func() (int64, int64) { return 20 + rng.Int64N(300), 10 + rng.Int64N(60) },
		jitter: func() time.Duration { return time.Duration(rng.ExpFloat64() * 2e5) },
		hides:  func() bool { return rng.Float64() < 0.4 },
	}
	got, err := Fit(t.Context(), newLog(b.serve(arrivals(rng, 200*time.Second, 0.4, 1.5, 2.5))), 0, onCPU)
	if err != nil {
		t.Fatal(err)
	}
	p := got.Profile.Batched
	near(t, "an iteration of one", (*p.Alpha + *p.Beta).Seconds(), b.alpha+b.beta, within)
	near(t, "an iteration of eight", (*p.Alpha + 8**p.Beta).Seconds(), b.alpha+8*b.beta, within)
	near(t, "gamma", p.Gamma.Seconds(), b.gamma, 2*within)
	for _, r := range got.Fit.Replay {
		if r.Metric != latency {
			t.Errorf("%s is predicted, although it was not seen", r.Metric)
		} else if r.Percentile < 99 {
			near(t, "latency", r.Predicted.Seconds(), r.Measured.Seconds(), within)
		}
	}
}

// TestFixedIsRecovered: the places and the service times of any server of independent requests come out of its answers.
func TestFixedIsRecovered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		mean := rapid.Float64Range(0.005, 0.5).Draw(t, "mean")
		shape := rapid.SampledFrom([]random.Shape{random.ShapeLogNormal, random.ShapeGamma, random.ShapeUniform, random.ShapeWeibull}).Draw(t, "shape")
		dist, err := random.NewDist(shape, mean, rapid.Float64Range(0.05, 0.5).Draw(t, "cv"))
		if err != nil {
			t.Fatal(err)
		}
		f := fixedServer{
			places: rapid.IntRange(1, 8).Draw(t, "places"), time: func() float64 { return dist.Sample(rng) },
			input: func() int64 { return 0 }, jitter: func() time.Duration { return 0 },
		}
		full := float64(f.places) / mean
		records := f.serve(arrivals(rng, seconds(6000/full), full*0.2, full*0.5, full*0.9))
		got, err := Fit(t.Context(), newLog(records), 0, onCPU)
		if err != nil {
			t.Fatal(err)
		}
		p := got.Profile.Fixed
		if p.Concurrency != f.places || !got.Profile.Range.Saturated {
			t.Fatalf("the concurrency is %d (saturated %t), expected %d", p.Concurrency, got.Profile.Range.Saturated, f.places)
		}
		fitted, err := distribution.Duration(*p.Duration)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "mean", fitted.Mean(), mean, within)
		near(t, "p95", percentileOf(fitted, 0.95), percentileOf(dist, 0.95), within)
	})
}

// percentileOf draws.
func percentileOf(d random.Dist, p float64) float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	list := make([]float64, 20000)
	for i := range list {
		list[i] = d.Sample(rng)
	}
	return quantileOf(slices.Sorted(slices.Values(list)), p)
}
