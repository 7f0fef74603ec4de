package calibrate

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestStreamsThatEndLate: what every stream takes from its last token to its end is in the predictions; what some of them take is
// a doubt.
func TestStreamsThatEndLate(t *testing.T) {
	const late = "which the simulator does not know"
	for name, test := range map[string]struct {
		tail func(*rand.Rand) time.Duration
		want float64 // the median, in seconds
		note string
	}{
		"at once":                    {func(*rand.Rand) time.Duration { return 0 }, 0, ""},
		"all of them":                {func(*rand.Rand) time.Duration { return 100 * time.Millisecond }, 0.1, ""},
		"a tenth of them":            {func(rng *rand.Rand) time.Duration { return 600 * time.Millisecond * time.Duration(rng.IntN(10)/9) }, 0, "streams ended 0s after their last token in the median, and 600ms after it at p95, " + late},
		"too few to be in the p95":   {func(rng *rand.Rand) time.Duration { return 600 * time.Millisecond * time.Duration(rng.IntN(100)/99) }, 0, ""},
		"a tenth of them, by little": {func(rng *rand.Rand) time.Duration { return 10 * time.Millisecond * time.Duration(rng.IntN(10)/9) }, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(6, 6))
			b := batchServer{
				alpha: 0.01, beta: 0.001, gamma: 0.0001, overhead: 0.002, most: 8,
				sizes:  func() (int64, int64) { return 20 + rng.Int64N(300), 10 + rng.Int64N(60) },
				jitter: func() time.Duration { return time.Duration(rng.ExpFloat64() * 2e5) },
				tail:   func() time.Duration { return test.tail(rng) },
			}
			got, err := Fit(t.Context(), newLog(b.serve(arrivals(rng, 100*time.Second, 0.5, 2, 5))), 0, onCPU)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "the tail", got.Tail.Seconds(), test.want, 1e-9)
			notes := strings.Join(got.Notes, "\n")
			if strings.Contains(notes, late) != (test.note != "") || !strings.Contains(notes, test.note) {
				t.Errorf("got %q, expected %q", got.Notes, test.note)
			}
			for _, r := range got.Fit.Replay {
				if r.Metric == latency && r.Percentile < 99 && test.note == "" {
					near(t, r.Metric, r.Predicted.Seconds(), r.Measured.Seconds(), within)
				}
			}
		})
	}
}
