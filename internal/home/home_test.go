package home

import (
	"math"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

func TestMeanServiceTime(t *testing.T) {
	batch := &Batch{Alpha: 10 * time.Millisecond, Beta: time.Millisecond, Gamma: 100 * time.Microsecond, Max: 10}
	tests := map[string]struct {
		service       Service
		work          time.Duration
		input, output float64
		want          float64
	}{
		"own time":           {Service{Duration: random.Constant(3), Scale: 2, Concurrency: 4}, 0, 0, 0, 1.5},
		"no scale is 1":      {Service{Duration: random.Constant(3), Concurrency: 1}, 0, 0, 0, 3},
		"by input tokens":    {Service{Duration: random.Constant(3), PerInput: 10 * time.Millisecond, Scale: 2, Concurrency: 4}, 0, 100, 0, 2},
		"the trace's time":   {Service{Scale: 0.5, Concurrency: 2}, 8 * time.Second, 0, 0, 2},
		"full batches":       {Service{Batch: batch, Concurrency: 10}, 0, 50, 20, 20*0.002 + 0.005},
		"at least one token": {Service{Batch: batch, Concurrency: 10}, 0, 50, 0, 0.002 + 0.005},
	}
	for name, test := range tests {
		if got := test.service.MeanServiceTime(test.work, test.input, test.output); math.Abs(got-test.want) > 1e-9*test.want {
			t.Errorf("%s: %g s, want %g", name, got, test.want)
		}
	}
}
