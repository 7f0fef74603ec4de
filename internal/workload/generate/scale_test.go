package generate

import (
	"math"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestScaleMakesGeneratedTrafficAgain: twice a Poisson process is a Poisson
// process, which displaced copies of it are not at a minute's scale; and
// whatever was done to it stays done.
func TestScaleMakesGeneratedTrafficAgain(t *testing.T) {
	t.Parallel()
	cv := 3.0
	g := workloadtest.Poisson(2, 4*time.Hour)
	g.Arrivals, g.CV = "gamma", &cv
	twice := g
	twice.Rate *= 2
	once, want := workloadtest.Must(Traffic(nil, g, 1))(t), workloadtest.Must(Traffic(nil, twice, 1))(t)
	workloadtest.Same(t, "generated traffic at twice the rate", workloadtest.ReadAll(t, workloadtest.Must(workload.Scale(once, 2, 9))(t), 512), workloadtest.ReadAll(t, want, 512))

	operate := func(w workload.Workload) workload.Workload {
		w = workloadtest.Must(workload.Slice(w, time.Hour, 3*time.Hour))(t)
		w = workloadtest.Sample(t, w, 2, 10*time.Minute)
		w = workloadtest.Must(workload.Repeat(w, 2))(t)
		w = workloadtest.Must(workload.Merge(w, w))(t)
		return workloadtest.Must(workload.Cache(w, 1e6))(t)
	}
	workloadtest.Same(t, "operations on generated traffic at twice the rate",
		workloadtest.ReadAll(t, workloadtest.Must(workload.Scale(operate(once), 2, 9))(t), 512), workloadtest.ReadAll(t, operate(want), 512))
}

// TestScaleOfAMergeScalesTheParts each in its own way.
func TestScaleOfAMergeScalesTheParts(t *testing.T) {
	generated := workloadtest.Must(Traffic(nil, workloadtest.Poisson(5, time.Minute), 1))(t)
	record := workload.NewRecorded(workload.Info{Span: time.Minute}, []workload.Request{{At: 1, Input: 7}, {At: 2, Input: 7}})
	all := workloadtest.ReadAll(t, workloadtest.Must(workload.Scale(workloadtest.Must(workload.Merge(generated, record))(t), 3, 1))(t), 512)
	copies := 0
	for _, q := range all {
		if q.Input == 7 {
			copies++
		}
	}
	again := workloadtest.ReadAll(t, workloadtest.Must(workload.Scale(generated, 3, 1))(t), 512)
	if copies != 6 || len(all) != 6+len(again) {
		t.Errorf("%d copies of 2 recorded requests among %d, of which %d generated", copies, len(all), len(again))
	}
}

func TestScaledMMPPKeepsItsPhases(t *testing.T) {
	g := v1alpha1.Generator{Arrivals: "mmpp", Span: 10 * hour, States: []v1alpha1.MMPPState{{Rate: 1, Dwell: hour}, {Rate: 30, Dwell: hour / 4}}}
	w := workloadtest.Must(Traffic(nil, g, 5))(t)
	before, after := workloadtest.Counts(t, w, 5*time.Minute), workloadtest.Counts(t, workloadtest.Must(workload.Scale(w, 4, 1))(t), 5*time.Minute)
	for i := range before {
		workloadtest.Near(t, "requests in five minutes", after[i], 4*before[i], 8*math.Sqrt(4*before[i]+16)*2)
	}
}
