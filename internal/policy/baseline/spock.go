package baseline

import (
	"fmt"

	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// Spock sizes a cluster for its average load and leaves what exceeds it to
// serverless (Gunasekaran, Thinakaran, Kandemir, Urgaonkar, Kesidis and Das, "Spock:
// Exploiting Serverless Functions for SLO and Cost Aware Resource Procurement
// in Public Cloud", IEEE CLOUD 2019). Its routing is Burst: a free machine takes the request,
// else serverless does while machines boot.
type Spock struct {
	bounds  scale.Bounds
	demands scale.History
}

// NewSpock returns a scaler that averages over a number of intervals. The error
// says what is out of range.
func NewSpock(bounds scale.Bounds, intervals int) (*Spock, error) {
	if intervals < 1 {
		return nil, fmt.Errorf("average over %d intervals: expected at least 1", intervals)
	}
	if err := bounds.Check(); err != nil {
		return nil, err
	}
	return &Spock{bounds, scale.NewHistory(intervals)}, nil
}

// Desired returns the machines to have, after an interval whose mean demand was
// that many machines.
func (s *Spock) Desired(demand float64) int {
	s.demands.Add(demand)
	return s.bounds.Clamp(scale.Machines(s.demands.Mean()))
}
