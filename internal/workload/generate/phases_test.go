package generate

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
)

func phase(rate float64, seconds float64) v1alpha1.Phase {
	return v1alpha1.Phase{Rate: unit.Rate(rate), Duration: unit.Duration(seconds * 1e9)}
}

func to(p v1alpha1.Phase, rate float64) v1alpha1.Phase {
	r := unit.Rate(rate)
	p.To = &r
	return p
}

func wave(p v1alpha1.Phase, amplitude, period float64) v1alpha1.Phase {
	p.Amplitude, p.Period = unit.Rate(amplitude), unit.Duration(period*1e9)
	return p
}

// TestPhasesHaveTheirRate counts the requests of parts of a phase: with constant arrivals they are the integral of the rate
// to within one request.
func TestPhasesHaveTheirRate(t *testing.T) {
	for name, test := range map[string]struct {
		phases   []v1alpha1.Phase
		from, to float64 // s
		want     float64
	}{
		"constant":             {[]v1alpha1.Phase{phase(50, 10)}, 0, 10, 500},
		"step":                 {[]v1alpha1.Phase{phase(50, 10), phase(200, 5)}, 10, 15, 1000},
		"spike":                {[]v1alpha1.Phase{phase(10, 10), phase(500, 1), phase(10, 10)}, 10, 11, 500},
		"pause":                {[]v1alpha1.Phase{phase(10, 10), phase(0, 5), phase(10, 10)}, 10, 15, 0},
		"ramp":                 {[]v1alpha1.Phase{to(phase(0, 100), 100)}, 0, 100, 5000},
		"first half of a ramp": {[]v1alpha1.Phase{to(phase(0, 100), 100)}, 0, 50, 1250},
		"ramp down":            {[]v1alpha1.Phase{to(phase(100, 100), 0)}, 50, 100, 1250},
		"whole waves":          {[]v1alpha1.Phase{wave(phase(50, 20), 50, 10)}, 0, 20, 1000},
		"upper half of a wave": {[]v1alpha1.Phase{wave(phase(50, 20), 50, 10)}, 10, 15, 250 + 2*50*5/math.Pi},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Phases(nil, test.phases, "constant", v1alpha1.Sizes{}, 1)
			if err != nil {
				t.Fatal(err)
			}
			all, err := workload.ReadAll(w)
			if err != nil {
				t.Fatal(err)
			}
			n := 0.0
			for _, r := range all {
				if s := r.At.Seconds(); s >= test.from && s < test.to {
					n++
				}
			}
			if math.Abs(n-test.want) > 1.5 {
				t.Errorf("%g requests, want %g", n, test.want)
			}
		})
	}
}

func TestPhasesLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var phases []v1alpha1.Phase
		for range rapid.IntRange(1, 4).Draw(t, "phases") {
			p := phase(rapid.Float64Range(0, 300).Draw(t, "rate"), rapid.Float64Range(0.01, 3).Draw(t, "seconds"))
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 1:
				p = to(p, rapid.Float64Range(0, 300).Draw(t, "to"))
			case 2:
				p = wave(p, rapid.Float64Range(0, float64(p.Rate)).Draw(t, "amplitude"), rapid.Float64Range(0.1, 3).Draw(t, "period"))
			}
			phases = append(phases, p)
		}
		arrivals := rapid.SampledFrom([]string{"constant", "poisson"}).Draw(t, "arrivals")
		w, err := Phases(nil, phases, arrivals, v1alpha1.Sizes{}, rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		first, err := workload.ReadAll(w)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := workload.ReadAll(w)
		if !slices.Equal(first, again) {
			t.Fatal("read again it gives other requests")
		}
		last := time.Duration(0)
		for i, r := range first {
			if r.At < last || r.At >= w.Info().Span {
				t.Fatalf("request %d at %s, after one at %s, of %s", i, r.At, last, w.Info().Span)
			}
			last = r.At
		}
	})
}

// TestPoissonPhases: the mean is within 5 standard deviations, and the cv of the gaps is that of the exponential.
func TestPoissonPhases(t *testing.T) {
	size := v1alpha1.CountDistribution{Mean: 100}
	w, err := Phases(nil, []v1alpha1.Phase{phase(1000, 100)}, "poisson", v1alpha1.Sizes{Input: &size}, 4)
	if err != nil {
		t.Fatal(err)
	}
	all, err := workload.ReadAll(w)
	if err != nil {
		t.Fatal(err)
	}
	if n := float64(len(all)); math.Abs(n-100_000) > 5*math.Sqrt(100_000) {
		t.Errorf("%g requests, want 100,000", n)
	}
	var squares float64
	for i := range all[1:] {
		gap := (all[i+1].At - all[i].At).Seconds() * 1000
		squares += gap * gap
	}
	if m := squares / float64(len(all)); math.Abs(m-2) > 0.1 {
		t.Errorf("the mean square of the gaps is %g, want 2 squares of the mean", m)
	}
	if all[0].Input != 100 || !w.Info().HasTokens {
		t.Errorf("sizes are missing: %+v", all[0])
	}
}

func TestPhasesRefuse(t *testing.T) {
	for name, test := range map[string]struct {
		phases   []v1alpha1.Phase
		arrivals string
		want     string
	}{
		"none":          {nil, "poisson", "at least one"},
		"arrivals":      {[]v1alpha1.Phase{phase(1, 1)}, "gamma", "expected constant or poisson"},
		"no time":       {[]v1alpha1.Phase{phase(1, 0)}, "poisson", "phases[0]: expected a duration above 0"},
		"rate":          {[]v1alpha1.Phase{phase(-1, 1)}, "poisson", "phases[0]: expected a rate"},
		"to":            {[]v1alpha1.Phase{to(phase(1, 1), math.NaN())}, "poisson", "phases[0]: expected a rate"},
		"endless waves": {[]v1alpha1.Phase{wave(phase(1, 1e6), 1, 1e-3)}, "poisson", "phases[0]: expected a wave"},
	} {
		if _, err := Phases(nil, test.phases, test.arrivals, v1alpha1.Sizes{}, 1); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}
