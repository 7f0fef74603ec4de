package policy

import (
	"fmt"
	"math"
)

// Spock sizes a cluster for its average load and leaves what exceeds it to
// serverless (Gunasekaran, Thinakaran, Kandemir, Urgaonkar, Kesidis and Das, "Spock:
// Exploiting Serverless Functions for SLO and Cost Aware Resource Procurement
// in Public Cloud", IEEE CLOUD 2019). Its routing is Burst: a free machine takes the request,
// else serverless does while machines boot.
type Spock struct {
	bounds  Bounds
	demands series
}

// NewSpock returns a scaler that averages over a number of intervals. The error
// says what is out of range.
func NewSpock(bounds Bounds, intervals int) (*Spock, error) {
	if intervals < 1 {
		return nil, fmt.Errorf("average over %d intervals: expected at least 1", intervals)
	}
	if err := bounds.check(); err != nil {
		return nil, err
	}
	return &Spock{bounds, newSeries(intervals)}, nil
}

// Desired returns the machines to have, after an interval whose mean demand was
// that many machines.
func (s *Spock) Desired(demand float64) int {
	s.demands.add(demand)
	return s.bounds.clamp(machinesFor(s.demands.mean()))
}

// machinesFor returns the whole machines that hold a demand in machines, at
// most 2^31 - 1 and none for a demand that is not a number. A billionth of a machine is taken for rounding.
func machinesFor(demand float64) int {
	if !(demand > 0) {
		return 0
	}
	return int(math.Ceil(math.Min(demand, math.MaxInt32) - 1e-9))
}
