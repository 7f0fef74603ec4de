package generate

import (
	"math"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// drawGenerator draws a valid generator of up to some thousand requests.
func drawGenerator(t *rapid.T) v1alpha1.Generator {
	span := workloadtest.DrawSpan(t, "generator", 20*24*time.Hour)
	requests := rapid.Float64Range(1e-3, 2000).Draw(t, "requests")
	g := v1alpha1.Generator{
		Arrivals: rapid.SampledFrom([]string{"", "poisson", "gamma", "weibull", "mmpp"}).Draw(t, "arrivals"),
		Span:     unit.Duration(span),
	}
	rate := unit.Rate(math.Min(1e8, requests/g.Span.Seconds()))
	switch g.Arrivals {
	case "mmpp":
		dwell := max(1, g.Span/unit.Duration(rapid.Int64Range(1, 1000).Draw(t, "dwells")))
		g.States = []v1alpha1.MMPPState{{Rate: rate, Dwell: dwell}, {Rate: 3 * rate, Dwell: dwell}, {Dwell: dwell}}
	case "gamma", "weibull":
		cv := rapid.Float64Range(0.01, 20).Draw(t, "cv")
		g.CV = &cv
		g.Rate = rate
	default:
		g.Rate = rate
	}
	if rapid.Bool().Draw(t, "daily") {
		g.Daily = &v1alpha1.Daily{PeakToMean: rapid.Float64Range(1, 2).Draw(t, "peak")}
	}
	if rapid.Bool().Draw(t, "weekly") {
		g.Weekly = &v1alpha1.Weekly{Weekend: rapid.Float64Range(0, 3).Draw(t, "weekend")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "crowds") {
		g.Flash = append(g.Flash, v1alpha1.Flash{
			At:       unit.Duration(workloadtest.DrawWithin(t, "at", 0, span)),
			Duration: unit.Duration(workloadtest.DrawWithin(t, "duration", 1, span+1)),
			Factor:   rapid.Float64Range(0, 5).Draw(t, "factor"),
		})
	}
	if rapid.Bool().Draw(t, "sizes") {
		g.Sizes = v1alpha1.Sizes{
			Input: &v1alpha1.CountDistribution{Mean: 100, CV: 3},
			Work:  &v1alpha1.DurationDistribution{Mean: unit.Duration(time.Second), CV: 1},
		}
	}
	return g
}

// TestGeneratedLaws: in order, within the span, the same for the same seed and
// any size of batch, another for another seed.
func TestGeneratedLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGenerator(t)
		seed := rapid.Uint64().Draw(t, "seed")
		w, err := Traffic(nil, g, seed)
		if err != nil {
			t.Fatal(err)
		}
		all := workloadtest.ReadAll(t, w, rapid.IntRange(1, 300).Draw(t, "batch"))
		again, err := Traffic(nil, g, seed)
		if err != nil {
			t.Fatal(err)
		}
		workloadtest.Same(t, "the same seed", workloadtest.ReadAll(t, again, 1024), all)
		other, err := Traffic(nil, g, seed+1)
		if err != nil {
			t.Fatal(err)
		}
		if theirs := workloadtest.ReadAll(t, other, 1024); len(all) > 5 && len(theirs) > 0 && theirs[0].At == all[0].At && g.Span.Std() > time.Second {
			t.Fatalf("seeds %d and %d both begin with %v", seed, seed+1, all[0])
		}
	})
}

// TestOpensAreIndependent reads two streams of one workload in turns.
func TestOpensAreIndependent(t *testing.T) {
	g := workloadtest.Poisson(10, time.Minute)
	g.Sizes.Output = &v1alpha1.CountDistribution{Mean: 50, CV: 1}
	w := workloadtest.Must(Traffic(nil, g, 1))(t)
	want := workloadtest.ReadAll(t, w, 1024)
	a, b := workloadtest.Must(w.Open())(t), workloadtest.Must(w.Open())(t)
	one := make([]workload.Request, 1)
	for i, q := range want {
		for _, s := range []workload.Stream{a, b} {
			if n, err := s.Read(one); n != 1 || err != nil || one[0] != q {
				t.Fatalf("request %d = %v (%d, %v), want %v", i, one[0], n, err, q)
			}
		}
	}
}

// TestSizesLeaveArrivalsAlone: what requests ask for is drawn apart from when
// they come, and work apart from tokens.
func TestSizesLeaveArrivalsAlone(t *testing.T) {
	plain := workloadtest.Poisson(10, time.Minute)
	withTokens := plain
	withTokens.Sizes.Input = &v1alpha1.CountDistribution{Mean: 1000, CV: 1}
	withBoth := withTokens
	withBoth.Sizes.Work = &v1alpha1.DurationDistribution{Mean: unit.Duration(time.Second), CV: 1}
	a := workloadtest.ReadAll(t, workloadtest.Must(Traffic(nil, plain, 1))(t), 100)
	b := workloadtest.ReadAll(t, workloadtest.Must(Traffic(nil, withTokens, 1))(t), 100)
	c := workloadtest.ReadAll(t, workloadtest.Must(Traffic(nil, withBoth, 1))(t), 100)
	for i := range a {
		if a[i].At != b[i].At || b[i].At != c[i].At || b[i].Input != c[i].Input {
			t.Fatalf("request %d: %v, %v, %v", i, a[i], b[i], c[i])
		}
	}
}

// TestStreamingIsConstantInMemory reads millions of requests with sizes and a shape.
func TestStreamingIsConstantInMemory(t *testing.T) {
	g := workloadtest.Poisson(longtest.Pick(400.0, 4000), 10_000*time.Second)
	g.Daily = &v1alpha1.Daily{PeakToMean: 1.5}
	g.Flash = []v1alpha1.Flash{{At: hour, Duration: hour, Factor: 1.6}}
	g.Sizes.Output = &v1alpha1.CountDistribution{Mean: 200}
	w := workloadtest.Must(Traffic(nil, g, 1))(t)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before, highest, n := heap(), uint64(0), 0
	workloadtest.Each(t, w, func(workload.Request) {
		if n++; n%1_000_000 == 0 {
			highest = max(highest, heap())
		}
	})
	if n < longtest.Pick(2_000_000, 20_000_000) {
		t.Errorf("%d requests are too few for the test", n)
	}
	if grown := int64(highest) - int64(before); grown > 20e6 {
		t.Errorf("the heap grew by %d bytes over %d requests", grown, n)
	}
}
