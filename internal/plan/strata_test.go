package plan

import (
	"context"
	"math"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestStrataOfTrafficThatIsAllInItsBusiestBlock: the other blocks of the sample are empty, so that they stand for no request,
// or for those that are in none of the sample's: never for 0/0.
func TestStrataOfTrafficThatIsAllInItsBusiestBlock(t *testing.T) {
	const blocks, inPeak = 60, 100
	requests := make([]workload.Request, inPeak)
	for i := range requests {
		requests[i].At = time.Duration(i) * time.Second
	}
	load := workload.NewRecorded(workload.Info{Span: blocks * sampleBlock}, requests)
	s := &sampling{block: sampleBlock, span: blocks * sampleBlock, counts: make([]float64, blocks), peaks: []int{0}}
	s.counts[0] = inPeak
	for r := range s.others {
		s.others[r] = []int{10 * (r + 1)}
	}
	for _, total := range []int64{inPeak, 2 * inPeak} {
		strata, err := s.strata(load, total, 1000)
		if err != nil {
			t.Fatal(err)
		}
		parts := make([]simulate.Outcome, len(strata))
		for i, part := range strata {
			for _, x := range []float64{part.time, part.volume, part.alone.time, part.alone.volume} {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("stratum %d of %d requests stands for %+v", i, total, part)
				}
			}
			d, err := workload.Describe(context.Background(), part.load)
			if err != nil {
				t.Fatal(err)
			}
			parts[i] = simulate.Outcome{Arrivals: d.Requests, Served: d.Requests}
		}
		if o := combine(strata, parts, s.span); o.Arrivals != inPeak {
			t.Errorf("the sample stands for %d requests, want the %d of its busiest block", o.Arrivals, inPeak)
		}
	}
}
