package generate

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// BenchmarkGenerate reports requests per second of each kind of generated traffic on one core.
func BenchmarkGenerate(b *testing.B) {
	span := unit.Duration(1e6 * time.Hour)
	cv := 2.0
	peak := 1.8
	tokens := v1alpha1.Sizes{
		Input:  &v1alpha1.CountDistribution{Mean: 1000, CV: 1},
		Output: &v1alpha1.CountDistribution{Mean: 200, CV: 1},
	}
	for _, bench := range []struct {
		name string
		g    v1alpha1.Generator
	}{
		{"poisson", v1alpha1.Generator{Rate: 50}},
		{"gamma", v1alpha1.Generator{Arrivals: "gamma", Rate: 50, CV: &cv}},
		{"weibull", v1alpha1.Generator{Arrivals: "weibull", Rate: 50, CV: &cv}},
		{"mmpp", v1alpha1.Generator{Arrivals: "mmpp", States: []v1alpha1.MMPPState{
			{Rate: 10, Dwell: unit.Duration(10 * time.Second)},
			{Rate: 100, Dwell: unit.Duration(5 * time.Second)},
		}}},
		{"daily", v1alpha1.Generator{Rate: 50, Daily: &v1alpha1.Daily{PeakToMean: peak}, Weekly: &v1alpha1.Weekly{Weekend: 0.5}}},
		{"tokens", v1alpha1.Generator{Rate: 50, Sizes: tokens}},
	} {
		bench.g.Span = span
		if bench.g.Daily != nil {
			bench.g.Span = unit.Duration(365 * 24 * time.Hour)
		}
		w := workloadtest.Must(Traffic(nil, bench.g, 1))(b)
		b.Run(bench.name, func(b *testing.B) { workloadtest.Benchmark(b, w) })
		if bench.name == "poisson" {
			b.Run("poisson-sampled", func(b *testing.B) { workloadtest.Benchmark(b, workloadtest.Sample(b, w, 2, 10*time.Minute)) })
		}
	}
}

// BenchmarkSuperpose reports requests per second of a record scaled by 3.
func BenchmarkSuperpose(b *testing.B) {
	g := workloadtest.Must(Traffic(nil, v1alpha1.Generator{Rate: 100, Span: unit.Duration(time.Hour)}, 1))(b)
	w := workloadtest.Must(workload.Repeat(workloadtest.Must(workload.Scale(workloadtest.Opaque{Workload: g}, 3, 1))(b), 1e6))(b)
	workloadtest.Benchmark(b, w)
}
