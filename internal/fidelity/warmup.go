package fidelity

import (
	"time"

	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/workload"
)

// warmUp marks the requests that arrive before a time, so that they can be left
// out of a mean: the priority by which an outcome counts requests apart is 1 for
// them and 0 for the others. No home here serves by priority.
type warmUp struct {
	workload.Workload
	until time.Duration
}

// Info describes the workload.
func (w warmUp) Info() workload.Info {
	info := w.Workload.Info()
	info.HasPriorities = true
	return info
}

// Open starts from the first request.
func (w warmUp) Open() (workload.Stream, error) {
	s, err := w.Workload.Open()
	return &warmUpStream{s, w.until}, err
}

type warmUpStream struct {
	workload.Stream
	until time.Duration
}

// Read marks what it reads.
func (s *warmUpStream) Read(dst []workload.Request) (int, error) {
	n, err := s.Stream.Read(dst)
	for i := range dst[:n] {
		if dst[i].At >= s.until {
			break
		}
		dst[i].Priority = 1
	}
	return n, err
}

// warmSojourn is the mean time in system of those that came after the warm-up; NaN without any.
func warmSojourn(o simulate.Outcome) float64 {
	for _, p := range o.Priorities {
		if p.Priority == 0 {
			return p.Latency.Mean
		}
	}
	return o.Latency.Mean // all came after it
}
