package traffic

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestScaleOfTrafficIsThatOfItsFile: scaling by a factor what a model file describes is what the file describes with its own
// scales times the factor.
func TestScaleOfTrafficIsThatOfItsFile(t *testing.T) {
	open := workloadtest.Texts{"a.csv": "arrived\n1\n2\n2\n5\n30\n31\n44\n", "rates.csv": rates}.Open
	rapid.Check(t, func(r *rapid.T) {
		traffic := drawTraffic(r, 2)
		factor := rapid.SampledFrom([]float64{0.25, 0.5, 2, 4, 16}).Draw(r, "factor")
		whole := workloadtest.Must(Build(open, traffic))(t)
		if rapid.Bool().Draw(r, "in memory") {
			whole = workloadtest.Must(workload.Cache(whole, 1e6))(t)
		}
		got := workloadtest.Must(workload.Scale(whole, factor, seedOf(traffic, 0)))(t)
		want := workloadtest.Must(Build(open, timesScale(traffic, factor)))(t)
		workloadtest.Same(r, "scaled", workloadtest.ReadAll(r, got, 64), workloadtest.ReadAll(r, want, 64))
	})
}

// drawTraffic draws a trace, a rate series or a generator, with all operations and parts that are merged in up to a depth.
func drawTraffic(t *rapid.T, depth int) v1alpha1.Traffic {
	traffic := v1alpha1.Traffic{}
	switch rapid.IntRange(0, 2).Draw(t, "source") {
	case 0:
		traffic.Trace = &v1alpha1.Trace{Path: "a.csv", Columns: &v1alpha1.Columns{Time: "arrived"}}
	case 1:
		traffic.Trace = &v1alpha1.Trace{Path: "rates.csv"}
	default:
		traffic = generator(0.5, time.Minute)
	}
	if rapid.Bool().Draw(t, "seeded") {
		traffic.Seed = new(rapid.Uint64Range(0, 9).Draw(t, "seed"))
	}
	if rapid.Bool().Draw(t, "sliced") {
		traffic.Slice = &v1alpha1.Slice{From: unit.Duration(2 * time.Second), To: unit.Duration(40 * time.Second)}
	}
	if rapid.Bool().Draw(t, "scaled") {
		traffic.Scale = new(rapid.SampledFrom([]float64{0.5, 0.75, 1.5, 3}).Draw(t, "scale"))
	}
	traffic.Repeat = rapid.IntRange(0, 2).Draw(t, "repeat")
	traffic.Priority = rapid.IntRange(0, 2).Draw(t, "priority")
	for range rapid.IntRange(0, depth).Draw(t, "parts") {
		traffic.Merge = append(traffic.Merge, drawTraffic(t, depth-1))
	}
	return traffic
}

// timesScale is traffic with all its scales times a factor.
func timesScale(t v1alpha1.Traffic, factor float64) v1alpha1.Traffic {
	scale := factor
	if t.Scale != nil {
		scale *= *t.Scale
	}
	t.Scale = &scale
	t.Merge = slices.Clone(t.Merge)
	for i := range t.Merge {
		t.Merge[i] = timesScale(t.Merge[i], factor)
	}
	return t
}
