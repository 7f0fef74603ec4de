package calibration_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/calibrate"
	"fulcrum.dev/fulcrum/internal/report"
	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/model/gguf"
)

const (
	rounds = 3    // of calibrating and predicting; the medians count
	pieces = 12   // that each load is measured in, by turns with those of the other
	within = 0.10 // of p50 and p95
)

// steady, ramp and wave are phases of about n requests.
func steady(rate, n float64) v1alpha1.Phase {
	return v1alpha1.Phase{Rate: unit.Rate(rate), Duration: unit.Duration(n / rate * 1e9)}
}

func ramp(from, to, n float64) v1alpha1.Phase {
	p := steady((from+to)/2, n)
	p.Rate, p.To = unit.Rate(from), new(unit.Rate(to))
	return p
}

func wave(rate, amplitude, n float64) v1alpha1.Phase {
	p := steady(rate, n)
	p.Amplitude, p.Period = unit.Rate(amplitude), p.Duration/2
	return p
}

// predicted calibrates with one load and predicts another, several times, and compares the medians of the errors. The two are
// measured by turns: on a machine that others share, the same iteration took up to 40 % longer in one minute than in the next, and
// queues multiply that.
func predicted(t *testing.T, first, second load) {
	t.Helper()
	errors := map[string][]float64{}
	for i := range uint64(rounds) {
		log, other := byTurns(t, first, second, 1+2*pieces*i)
		c, err := calibrate.All(t.Context(), log, map[string]calibrate.Hardware{first.target.Name: {CPU: "x86", VCPU: 1}}, "lab", calibrate.Options{Model: calibrate.Auto, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		b, err := calibrate.Against(t.Context(), &c.Spec.Targets[0], other, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := report.Calibration(&text, c, report.Style{}); err != nil {
			t.Fatal(err)
		}
		if err := report.Backtests(&text, []*calibrate.Backtest{b}, within, report.Style{}); err != nil {
			t.Fatal(err)
		}
		t.Logf("round %d\n%s", i+1, text.String())
		for _, p := range b.Predictions {
			if p.Metric == "latency" && p.Percentile <= 95 {
				name := map[float64]string{50: "p50", 95: "p95"}[p.Percentile]
				errors[name] = append(errors[name], p.Error())
			}
		}
	}
	for _, name := range []string{"p50", "p95"} {
		slices.Sort(errors[name])
		middle := errors[name][rounds/2]
		t.Logf("latency %s: off by %+.1f %% in the median of %d rounds (%+.1f %% to %+.1f %%)",
			name, 100*middle, rounds, 100*errors[name][0], 100*errors[name][rounds-1])
		if math.Abs(middle) > within {
			t.Errorf("latency %s is predicted with an error of %+.1f %%, expected at most %g %%", name, 100*middle, 100*within)
		}
	}
}

func TestEncoderIsPredicted(t *testing.T) {
	requireLab(t)
	command, err := model.Encoder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first := load{
		target: v1alpha1.Target{Name: "encoder", URL: start(t, command) + "/v1/embeddings", Protocol: "openai-embeddings", OpenAI: &v1alpha1.OpenAIRequest{Model: "use"}},
		sizes:  v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Shape: "uniform", Mean: 16, CV: 0.5}},
	}
	full := 1 / first.alone(t, 5)
	t.Logf("%.1f requests/s would keep it busy", full)
	first.phases = []v1alpha1.Phase{steady(0.1*full, 80), steady(0.4*full, 320), steady(0.6*full, 480)}
	second := first
	second.phases = []v1alpha1.Phase{ramp(0.2*full, 0.6*full, 320), wave(0.4*full, 0.2*full, 320)}
	second.sizes = v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Mean: 12, CV: 0.4}}
	predicted(t, first, second)
}

func TestLlamaIsPredicted(t *testing.T) {
	requireLab(t)
	command, err := model.Llama(t.Context(), gguf.Large, 8)
	if err != nil {
		t.Fatal(err)
	}
	first := load{
		target: v1alpha1.Target{Name: "llama", URL: start(t, command) + "/v1/completions", Protocol: "openai-completions", OpenAI: &v1alpha1.OpenAIRequest{Model: "tiny"}},
		sizes:  v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Shape: "uniform", Mean: 6, CV: 0.5}, Output: &v1alpha1.CountDistribution{Shape: "uniform", Mean: 20, CV: 0.4}},
	}
	full := 1 / first.alone(t, 1)
	t.Logf("%.1f requests/s would keep it busy", full)
	first.phases = []v1alpha1.Phase{steady(0.1*full, 60), steady(0.3*full, 160), steady(0.5*full, 240), steady(0.8*full, 240)}
	second := first
	second.phases = []v1alpha1.Phase{ramp(0.2*full, 0.5*full, 220), wave(0.35*full, 0.15*full, 220)}
	second.sizes = v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Mean: 5, CV: 0.4}, Output: &v1alpha1.CountDistribution{Mean: 24, CV: 0.3}}
	predicted(t, first, second)
}
