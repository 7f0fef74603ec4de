package calibrate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// TestRefusals: what cannot be fitted is refused with the reason.
func TestRefusals(t *testing.T) {
	for reason, spoil := range map[string]func(l *record.Log){
		"the load was closed":                   func(l *record.Log) { l.Header.Closed = true },
		"the run is invalid":                    func(l *record.Log) { l.Header.Gate.Max = 1; late(l) },
		"expected at least 200 right answers":   func(l *record.Log) { l.Records = l.Records[:150] },
		"right answers after the warm-up, got ": func(l *record.Log) { l.Header.Warmup = 90 * time.Second },
		"10.0 % of its requests got no right answer": func(l *record.Log) {
			for i := range l.Records {
				if i%10 == 0 {
					l.Records[i].Kind = record.Timeout
				}
			}
		},
	} {
		log := steadyLog()
		log.Records = log.Records[:len(log.Records)/10*10]
		spoil(log)
		if _, err := Fit(t.Context(), log, 0, onCPU); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("got %v, expected %q", err, reason)
		}
	}
}

func late(l *record.Log) {
	for i := range l.Records {
		l.Records[i].Sent += time.Millisecond
	}
}

// TestBatchedNeedsAVariedLoad: what does not tell the parameters apart is refused with what to measure.
func TestBatchedNeedsAVariedLoad(t *testing.T) {
	for reason, rates := range map[string][]float64{
		"hardly two streams ran at once":                    {0.1},
		"requests that met an empty server, to tell prompt": {30},
	} {
		rng := rand.New(rand.NewPCG(1, 1))
		b := batchServer{
			alpha: 0.01, beta: 0.001, gamma: 1e-4, most: 8, jitter: func() time.Duration { return 0 },
			sizes: func() (int64, int64) { return 50 + rng.Int64N(50), 20 },
		}
		each := seconds(400 / rates[0])
		if _, err := Fit(t.Context(), newLog(b.serve(arrivals(rng, each, rates...))), 0, onCPU); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("got %v, expected %q", err, reason)
		}
	}
}

// TestInputTokensAreSeparated: a server whose times grow with the prompt, and an empirical distribution of the rest.
func TestInputTokensAreSeparated(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	f := fixedServer{
		places: 2, perInput: 0.0005, input: func() int64 { return 10 + rng.Int64N(90) }, jitter: func() time.Duration { return 0 },
		time: func() float64 { // most are fast, some are slow: no shape has that
			if rng.Float64() < 0.2 {
				return 0.040 + 0.002*rng.Float64()
			}
			return 0.010 + 0.001*rng.Float64()
		},
	}
	first := newLog(f.serve(arrivals(rng, 60*time.Second, 5, 12, 18)))
	got, err := Fit(t.Context(), first, 0, onCPU)
	if err != nil {
		t.Fatal(err)
	}
	p := got.Profile.Fixed
	near(t, "each input token", p.PerInputToken.Seconds(), 0.0005, within)
	if p.Concurrency != 2 || p.Duration.Percentiles == nil {
		t.Fatalf("got %+v", p)
	}
	// Another load, of other sizes, is predicted.
	f.input = func() int64 { return 60 + rng.Int64N(40) }
	b, err := Against(t.Context(), got, newLog(f.serve(arrivals(rng, 60*time.Second, 9, 15))), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if b.Worst > within {
		t.Errorf("off by %.1f %%: %+v", 100*b.Worst, b.Predictions)
	}
}

// TestUnqueuedServer: without a queue the limit is not known, and said so.
func TestUnqueuedServer(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	f := fixedServer{
		places: 100, time: func() float64 { return 0.1 * rng.ExpFloat64() }, input: func() int64 { return 0 }, jitter: func() time.Duration { return 0 },
	}
	got, err := Fit(t.Context(), newLog(f.serve(arrivals(rng, 60*time.Second, 20))), 0, onCPU)
	if err != nil {
		t.Fatal(err)
	}
	if got.Profile.Range.Saturated || got.Profile.Fixed.Concurrency != got.Profile.Range.InFlight || len(got.Notes) != 1 {
		t.Errorf("got %+v, %q", got.Profile.Range, got.Notes)
	}
}

func TestRegress(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []row
	for range 500 {
		a, b := rng.Float64(), 1e6*rng.Float64()
		y := 3*a + 2e-6*b + 0.01*rng.NormFloat64()
		if rng.Float64() < 0.05 {
			y += 5 // far off, and not to be followed
		}
		rows = append(rows, row{x: []float64{a, b, 1}, y: y})
	}
	found, ok := regress(rows)
	if !ok {
		t.Fatal("not determined")
	}
	near(t, "a", found[0], 3, 0.01)
	near(t, "b", found[1], 2e-6, 0.01)
	if found[2] > 0.02 {
		t.Errorf("the constant is %g, expected none", found[2])
	}
	for i := range rows {
		rows[i].x[1] = 2 * rows[i].x[0] // the same again: one of the two is left out
	}
	if found, ok = regress(rows); !ok || found[0] != 0 && found[1] != 0 {
		t.Errorf("got %v, %t", found, ok)
	}
}

func TestSpearman(t *testing.T) {
	if r := spearman([]float64{1, 2, 3, 4}, []float64{1, 4, 9, 16}); math.Abs(r-1) > 1e-12 {
		t.Errorf("rising: %g", r)
	}
	// By hand: ranks 0, 1.5, 1.5, 3 and 3, 2, 1, 0 have a correlation of -4.5 / sqrt(4.5 x 5).
	if r, want := spearman([]float64{1, 2, 2, 3}, []float64{9, 8, 7, 6}), -4.5/math.Sqrt(4.5*5); math.Abs(r-want) > 1e-12 {
		t.Errorf("ties: %g, expected %g", r, want)
	}
	if r := spearman([]float64{1, 1}, []float64{1, 2}); r != 0 {
		t.Errorf("constant: %g", r)
	}
}
