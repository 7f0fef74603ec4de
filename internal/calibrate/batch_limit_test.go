package calibrate

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLimitIsSeen: the limit of a server comes out whether its answers are long or short, and however seldom it was reached.
func TestLimitIsSeen(t *testing.T) {
	for name, test := range map[string]struct {
		most              int
		shortest, longest int64
		bursts            int // of as many requests as there is room for; 0 is an overload that stays instead
		jitter            float64
	}{
		"long answers":             {most: 16, shortest: 10, longest: 60, jitter: 2e5},
		"late chunks":              {most: 8, shortest: 10, longest: 60, jitter: 2e6},
		"a big batch":              {most: 128, shortest: 2, longest: 18, jitter: 2e5},
		"answers of three tokens":  {most: 32, shortest: 2, longest: 4, jitter: 2e5},
		"a full batch three times": {most: 8, shortest: 3, longest: 3, bursts: 3, jitter: 2e5},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(4, 4))
			b := batchServer{
				alpha: 0.01, beta: 0.0005, gamma: 0.0001, overhead: 0.002, most: test.most,
				sizes: func() (int64, int64) {
					return 20 + rng.Int64N(300), test.shortest + rng.Int64N(test.longest-test.shortest+1)
				},
				jitter: func() time.Duration { return time.Duration(rng.ExpFloat64() * test.jitter) },
			}
			tokens := float64(test.shortest+test.longest) / 2
			full := 1 / (tokens*(b.alpha/float64(b.most)+b.beta) + 170*b.gamma) // requests/s of a full batch
			loads := []float64{0.05 * full, 0.3 * full, 0.7 * full, 1.3 * full}
			if test.bursts > 0 {
				loads = loads[:2]
			}
			each := seconds(2000 / full)
			due := arrivals(rng, each, loads...)
			for i := range test.bursts {
				due = append(due, slices.Repeat([]time.Duration{2*each + time.Duration(i+1)*time.Second}, test.most)...)
			}
			got, err := Fit(t.Context(), newLog(b.serve(due)), 0, onCPU)
			if err != nil {
				t.Fatal(err)
			}
			if most, saturated := got.Profile.Batched.MaxBatch, got.Profile.Range.Saturated; most != test.most || saturated != (test.bursts == 0) {
				t.Errorf("the limit is %d (saturated %t), expected %d", most, saturated, test.most)
			}
			if says := strings.Contains(strings.Join(got.Notes, "\n"), "of up to 8 inside, and the server may take more"); says != (test.bursts > 0) {
				t.Errorf("got %q", got.Notes)
			}
		})
	}
}
