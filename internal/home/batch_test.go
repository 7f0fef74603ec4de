package home

import (
	"testing"
	"time"
)

// TestBatch: what an iteration takes, and a request's share of full batches.
func TestBatch(t *testing.T) {
	b := Batch{Alpha: 10 * time.Millisecond, Beta: time.Millisecond, Gamma: 100 * time.Microsecond}
	if got := b.Iteration(4, 30); got != 17*time.Millisecond {
		t.Errorf("iteration of 4 sequences with 30 prompt tokens: %s, want 17ms", got)
	}
	if got := b.Saturated(10, 30, 5); got != 5*2*time.Millisecond+3*time.Millisecond {
		t.Errorf("share of a request: %s, want 13ms", got)
	}
	if got := b.Saturated(10, 0, 0); got != 2*time.Millisecond {
		t.Errorf("share of a request without an output: %s, want one token's 2ms", got)
	}
}

// TestBatchOfACurve: straight between points, on beyond them, and never down there.
func TestBatchOfACurve(t *testing.T) {
	ms := time.Millisecond
	rising := []IterationTime{{1, 2 * ms}, {2, 6 * ms}, {4, 8 * ms}}
	tests := map[string]struct {
		curve     []IterationTime
		sequences int
		want      time.Duration
	}{
		"the first":       {rising, 1, 2 * ms},
		"a point":         {rising, 2, 6 * ms},
		"between":         {rising, 3, 7 * ms},
		"the last":        {rising, 4, 8 * ms},
		"beyond":          {rising, 10, 14 * ms},
		"one for all":     {rising[:1], 9, 2 * ms},
		"falls between":   {[]IterationTime{{1, 9 * ms}, {3, 5 * ms}}, 2, 7 * ms},
		"does not beyond": {[]IterationTime{{1, 9 * ms}, {3, 5 * ms}}, 8, 5 * ms},
	}
	for name, test := range tests {
		b := Batch{Gamma: ms, Curve: test.curve}
		if got := b.Iteration(test.sequences, 3); got != test.want+3*ms {
			t.Errorf("%s: an iteration takes %s, want %s", name, got, test.want+3*ms)
		}
	}
	b := Batch{Gamma: ms, Curve: rising}
	if got := b.Saturated(4, 3, 5); got != 5*2*ms+3*ms {
		t.Errorf("share of a request: %s, want 13ms", got)
	}
}
