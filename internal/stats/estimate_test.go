package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// TestIntervalsCover draws many series with a known percentile: the intervals must hold it about as often as they say.
// Those of tails from few observations are known to be somewhat short, those of blocks as well.
func TestIntervalsCover(t *testing.T) {
	for name, test := range map[string]struct {
		n     int
		p     float64
		draw  func(*rand.Rand, int) []float64
		truth float64
		least float64
	}{
		"median of exponential": {500, 50, independent, math.Ln2, 0.90},
		"p95 of exponential":    {1000, 95, independent, math.Log(20), 0.88},
		"p99 of exponential":    {3000, 99, independent, math.Log(100), 0.85},
		"median of neighbours":  {2000, 50, correlated, 0, 0.87},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const series = 100
			covered := 0
			for i := range uint64(series) {
				e := Blocks(test.draw(rng(i), test.n)).Percentile(test.p, rng(i+1e6))
				if !e.HasInterval {
					t.Fatalf("no interval of %d observations", test.n)
				}
				if e.Low <= test.truth && test.truth <= e.High {
					covered++
				}
			}
			if share := float64(covered) / series; share < test.least || share > 0.995 {
				t.Errorf("%.1f %% of the intervals hold the truth, want %.0f to 99.5 %%", share*100, test.least*100)
			}
		})
	}
}

// independent draws exponential numbers of mean 1.
func independent(r *rand.Rand, n int) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = r.ExpFloat64()
	}
	return xs
}

// correlated draws a first-order autoregressive series with coefficient 0.7 around 0: intervals that took neighbours for
// independent would hold the truth in about 60 % of cases.
func correlated(r *rand.Rand, n int) []float64 {
	xs := make([]float64, n)
	x := r.NormFloat64() / math.Sqrt(1-0.49)
	for i := range xs {
		xs[i] = x
		x = 0.7*x + r.NormFloat64()
	}
	return xs
}

// TestRatioCancelsWhatDisturbsBoth: both targets slow down together by up to ten times, A is 20 % slower throughout.
func TestRatioCancelsWhatDisturbsBoth(t *testing.T) {
	covered, paired, apart := 0, 0.0, 0.0
	const runs = 60
	for i := range uint64(runs) {
		r := rng(i)
		var rounds []round
		var a, b []float64
		for range 60 {
			weather := math.Exp(r.Float64() * math.Log(10))
			var round round
			for range 10 {
				round.a = append(round.a, 1.2*weather*(1+0.1*r.Float64()))
				round.b = append(round.b, weather*(1+0.1*r.Float64()))
			}
			rounds, a, b = append(rounds, round), append(a, round.a...), append(b, round.b...)
		}
		e := ratioOf(rounds, 50, rng(i+1e6))
		if e.Low <= 1.2 && 1.2 <= e.High {
			covered++
		}
		unpaired := Ratio(Blocks(a), Blocks(b), 50, rng(i+2e6))
		paired, apart = paired+e.High-e.Low, apart+unpaired.High-unpaired.Low
	}
	if covered < 52 {
		t.Errorf("%d of %d intervals hold the ratio 1.2", covered, runs)
	}
	if paired > apart/3 {
		t.Errorf("intervals of pairs are %.3f wide on average, those without pairs %.3f: pairing has no use", paired/runs, apart/runs)
	}
}

func TestPercentileLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 300).Draw(t, "series")
		p := rapid.Float64Range(1, 99).Draw(t, "percentile")
		e := Blocks(xs).Percentile(p, rng(1))
		sorted := slices.Clone(xs)
		slices.Sort(sorted)
		i := max(1, int(math.Ceil(p/100*float64(len(xs))-1e-9)))
		if e.Value != sorted[i-1] || e.Count != len(xs) {
			t.Fatalf("p%g of %d is %g, want %g", p, len(xs), e.Value, sorted[i-1])
		}
		if e.HasInterval && (e.Low > e.Value || e.High < e.Value || e.Low < sorted[0] || e.High > sorted[len(sorted)-1]) {
			t.Fatalf("%+v lies outside its series or its interval", e)
		}
		for i := range xs {
			xs[i] *= 2
		}
		if twice := Blocks(xs).Percentile(p, rng(1)); twice.Value != 2*e.Value || twice.Low != 2*e.Low || twice.High != 2*e.High {
			t.Fatalf("twice the times give %+v instead of twice %+v", twice, e)
		}
	})
}

func TestTooFewForAnInterval(t *testing.T) {
	for _, test := range []struct {
		n    int
		p    float64
		want bool
	}{{0, 50, false}, {1, 50, false}, {19, 50, false}, {20, 50, true}, {199, 95, false}, {200, 95, true}, {999, 99, false}, {1000, 99, true}} {
		e := Blocks(independent(rng(1), test.n)).Percentile(test.p, rng(2))
		if e.HasInterval != test.want || e.HasInterval == (e.Lacks != "") && test.n > 0 {
			t.Errorf("p%g of %d: %+v, want an interval: %t", test.p, test.n, e, test.want)
		}
	}
	many, few := independent(rng(3), 100), independent(rng(3), 20)
	for _, test := range []struct {
		rounds int
		p      float64
		b      []float64
		want   string
	}{
		{10, 95, many, ""},
		{10, 95, few[:19], "p95 takes 200 answers, there are 190"},
		{9, 95, many, "it takes 10 rounds, there are 9"},
		{1, 50, few, "it takes 10 rounds, there are 1"},
	} {
		if e := ratioOf(slices.Repeat([]round{{many, test.b}}, test.rounds), test.p, rng(1)); e.Lacks != test.want || e.HasInterval != (test.want == "") {
			t.Errorf("%d rounds of 100 and %d: %+v, want it to lack %q", test.rounds, len(test.b), e, test.want)
		}
	}
	if e := ratioOf(nil, 50, rng(1)); e != (Estimate{}) {
		t.Errorf("nothing over nothing is %+v", e)
	}
	if e := ratioOf([]round{{[]float64{1}, []float64{0}}}, 50, rng(1)); e != (Estimate{}) {
		t.Errorf("something over nothing is %+v", e)
	}
}

// TestShare compares with the tables of Clopper and Pearson, and with the rule of three for none of n.
func TestShare(t *testing.T) {
	for _, test := range []struct {
		hits, count     int
		low, value, hig float64
	}{
		{0, 100, 0, 0, 0.03622}, {5, 100, 0.01643, 0.05, 0.11284}, {50, 100, 0.39832, 0.5, 0.60168}, {10, 10, 0.69150, 1, 1},
	} {
		e := Share(test.hits, test.count)
		if math.Abs(e.Low-test.low) > 1e-5 || e.Value != test.value || math.Abs(e.High-test.hig) > 1e-5 {
			t.Errorf("%d of %d: %+v, want %g to %g", test.hits, test.count, e, test.low, test.hig)
		}
	}
	if e := Share(0, 0); e.HasInterval {
		t.Errorf("a share of nothing has the interval %+v", e)
	}
}

func TestWarmup(t *testing.T) {
	settled := func(cold int) []float64 {
		r := rng(7)
		xs := make([]float64, 1000)
		for i := range xs {
			xs[i] = 1 + 0.1*r.Float64()
			if i < cold {
				xs[i] += 5
			}
		}
		return xs
	}
	for _, test := range []struct {
		cold, low, high int
		ok              bool
	}{{0, 0, 300, true}, {50, 50, 350, true}, {200, 200, 450, true}, {800, 0, 1000, false}} {
		n, ok := Warmup(settled(test.cold))
		if ok != test.ok || n < test.low || n > test.high {
			t.Errorf("%d of 1000 cold: cut at %d, %t; want %d to %d, %t", test.cold, n, ok, test.low, test.high, test.ok)
		}
	}
	if _, ok := Warmup(make([]float64, 40)); ok {
		t.Error("40 observations are too few to tell")
	}
	if n, ok := Warmup(make([]float64, 1000)); n != 0 || !ok {
		t.Errorf("a constant series: cut at %d, %t; want 0", n, ok)
	}
}

// TestWeightedAgreesWithTheDefinition compares with a list in which every observation stands as often as it counts, for
// samples of several parts.
func TestWeightedAgreesWithTheDefinition(t *testing.T) {
	r := rng(11)
	for range 50 {
		s := NewSample(0)
		for range 1 + r.IntN(3*partSize) {
			s.Add(float64(r.IntN(1000)), r.IntN(30))
		}
		s.sort()
		times := draw(s.clusters, r)
		var list []float64
		for _, o := range s.values {
			for range times[o.cluster] {
				list = append(list, o.value)
			}
		}
		p := 100 * r.Float64()
		got := s.weighted(p, times)
		if len(list) == 0 {
			if !math.IsNaN(got) {
				t.Fatalf("nothing was drawn, got %g", got)
			}
			continue
		}
		if want := list[max(0, int(math.Ceil(p/100*float64(len(list))-1e-9))-1)]; got != want {
			t.Fatalf("p%g is %g, want %g", p, got, want)
		}
	}
}

func BenchmarkPercentile(b *testing.B) {
	series := independent(rng(1), 1_000_000)
	s := Blocks(series)
	for b.Loop() {
		s.Percentile(99, rng(2))
	}
}
