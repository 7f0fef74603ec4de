package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// TestMixture: cold and warm answers are told apart, and together they are what the target's own figures are of.
func TestMixture(t *testing.T) {
	l := twoTargets(100, 0)
	cold := 0
	for i := range l.Records {
		if r := &l.Records[i]; r.Target == 0 && i%40 == 0 {
			r.Cold, r.LastByte = true, r.LastByte+time.Second
			cold++
		}
	}
	a := Of(l.Columns(), 1)
	m := a.Targets[0].Mixture
	if m == nil || a.Targets[1].Mixture != nil {
		t.Fatalf("mixtures %+v and %+v", m, a.Targets[1].Mixture)
	}
	latency := m.Metrics[0]
	if want := float64(cold) / 500; m.Cold.Value != want || latency.Cold.Count != cold || latency.Warm.Count != 500-cold {
		t.Errorf("%+v, want %d of 500 cold", m, cold)
	}
	if latency.Cold.Min < 1 || latency.Warm.Max > 0.1 || latency.Warm.P95.High > 0.1 || !latency.Warm.P95.HasInterval {
		t.Errorf("cold %+v, warm %+v", latency.Cold, latency.Warm)
	}
	if a.Targets[0].Metrics[0].Max != latency.Cold.Max {
		t.Errorf("the mixture reaches up to %g, its cold part to %g", a.Targets[0].Metrics[0].Max, latency.Cold.Max)
	}
}

// TestColdStartsAreSummedUp: failures count in no figure, and a phase goes from the last moment that was seen.
func TestColdStartsAreSummedUp(t *testing.T) {
	l := &record.Log{Header: testHeader(), End: &record.End{Complete: true}}
	failed, assumed := testColdStart(), testColdStart()
	failed.Failure, failed.Phases[2].At = "no pod came", time.Hour
	assumed.Confirmed = false
	assumed.Phases = slices.Clone(assumed.Phases)
	assumed.Phases[3].At = 4 * time.Second
	l.ColdStarts = []record.ColdStart{testColdStart(), failed, assumed}
	l.KeepAlives = []record.KeepAlive{{Target: 1, Warm: time.Minute}}
	a := Of(l.Columns(), 1)
	if !a.Valid || a.Verdict != "" || len(a.Unanswered) > 0 || a.Targets[0].ColdStarts != nil {
		t.Errorf("a run of cold starts alone: %+v", a)
	}
	c := a.Targets[1].ColdStarts
	if c.Tried != 3 || c.Confirmed != 1 || c.Assumed != 1 || c.Failed != 1 || len(c.Starts) != 3 || len(a.Targets[1].KeepAlive) != 1 {
		t.Fatalf("%+v", c)
	}
	if c.Total.Min != 2 || c.Total.Max != 3 || c.Total.Median != 2.5 {
		t.Errorf("in all %+v, want 2 s and 3 s", c.Total)
	}
	by := map[record.PhaseName]Phase{}
	for _, p := range c.Phases {
		by[p.Name] = p
	}
	first, capacity := by[record.FirstByte], by[record.Capacity]
	if first.Took.Min != 1 || first.Took.Max != 2 || first.After.Median != 2.5 || first.By[record.ByClient] != 2 {
		t.Errorf("first byte %+v", first)
	}
	if capacity.After.Count != 0 || capacity.By[record.Unobserved] != 2 {
		t.Errorf("capacity %+v", capacity)
	}
}

// TestCurvesAreBounded, whatever the length of the run, and count every request once.
func TestCurvesAreBounded(t *testing.T) {
	for _, stretch := range []time.Duration{1, 1000, 1_000_000} {
		l := twoTargets(90, 0)
		for i := range l.Records {
			r := &l.Records[i]
			r.Scheduled, r.LastByte = r.Scheduled*stretch, r.Scheduled*stretch+r.LastByte-r.Scheduled
		}
		l.Records[7].Kind = record.Timeout
		a := Of(l.Columns(), 1)
		for i := range a.Targets {
			c, counted, ended := a.Targets[i].Curves, int64(0), int64(0)
			for _, b := range c.Latency {
				counted += int64(b.Count)
			}
			for _, e := range c.Ends {
				for _, n := range e.Kinds {
					ended += n
				}
			}
			if ended != a.Targets[i].Requests || counted != a.Targets[i].Kinds[record.OK] {
				t.Errorf("stretched %d times: %d ended and %d answered of %d", stretch, ended, counted, a.Targets[i].Requests)
			}
			if len(c.Ends) > maxBins || len(c.Latency) > maxBins || len(c.Points) > 0 || len(c.Distributions[0].Curve) > 61 {
				t.Errorf("stretched %d times: %d and %d bins, %d points", stretch, len(c.Ends), len(c.Latency), len(c.Points))
			}
		}
	}
	if w := binWidth(math.MaxInt64); int64(w) < math.MaxInt64/maxBins {
		t.Errorf("bins of %s for the longest time", w)
	}
}

// TestNothingAnswered: without a right answer a run is no success, thresholds or not.
func TestNothingAnswered(t *testing.T) {
	l := twoTargets(20, 0)
	for i := range l.Records {
		if l.Records[i].Target == 1 {
			l.Records[i].Kind = record.Refused
		}
	}
	if a := Of(l.Columns(), 1); a.Verdict != Fail || !slices.Equal(a.Unanswered, []string{"b"}) {
		t.Errorf("verdict %q, unanswered %q", a.Verdict, a.Unanswered)
	}
	l.Header.Thresholds = []record.Threshold{{Target: "a", Metric: record.MetricErrors, Max: 1}}
	if a := Of(l.Columns(), 1); a.Verdict != Fail {
		t.Errorf("verdict %q with a threshold that passes", a.Verdict)
	}
	if j := Of(l.Columns(), 1).Thresholds[0]; j.Verdict != Pass || j.Reason != "" {
		t.Errorf("a threshold of the target that answers: %+v", j)
	}
	l.Header.Thresholds = []record.Threshold{{Target: "b", Metric: "latency", Percentile: 50, Max: 1}, {Target: "b", Metric: record.MetricErrors, Max: 0.99}}
	for _, j := range Of(l.Columns(), 1).Thresholds {
		if j.Verdict != Fail || j.Reason != "no right answer" {
			t.Errorf("a threshold of the target that does not answer: %+v", j)
		}
	}
	for i := range l.Records {
		l.Records[i].Kind = record.Interrupted
	}
	l.Header.Thresholds = nil
	if a := Of(l.Columns(), 1); a.Verdict != "" || len(a.Unanswered) > 0 {
		t.Errorf("stopped before an answer: verdict %q, unanswered %q", a.Verdict, a.Unanswered)
	}
}

// TestNeeded: so many requests can pass a threshold, and one fewer cannot.
func TestNeeded(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, p := range []float64{50, 95, 99} {
		n := Needed(record.Threshold{Metric: "latency", Percentile: p, Max: 1})
		if !stats.Blocks(make([]float64, n)).Percentile(p, rng).HasInterval || stats.Blocks(make([]float64, n-1)).Percentile(p, rng).HasInterval {
			t.Errorf("p%g needs %d requests", p, n)
		}
	}
	for _, most := range []float64{0.5, 0.01, 0.001} {
		n := Needed(record.Threshold{Metric: record.MetricErrors, Max: most})
		if Judge(stats.Share(0, n), most) != Pass || Judge(stats.Share(0, n-1), most) == Pass {
			t.Errorf("a share of %g needs %d requests", most, n)
		}
	}
}
