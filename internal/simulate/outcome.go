package simulate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/measure"
	"fulcrum.dev/fulcrum/internal/platform"
)

// Outcome is what happened to a workload on a home.
type Outcome struct {
	// Home is the name of the home.
	Home string `json:"home"`
	// Span is the time covered by the workload; capacity is metered up to it. End is when the last request was done.
	Span         time.Duration `json:"span"`
	FirstArrival time.Duration `json:"firstArrival"`
	End          time.Duration `json:"end"`

	// Arrivals = Served + Rejected + TimedOut + InFlight. InFlight is 0 unless the run was stopped early.
	Arrivals int64 `json:"arrivals"`
	Served   int64 `json:"served"`
	Rejected int64 `json:"rejected"`
	TimedOut int64 `json:"timedOut"`
	InFlight int64 `json:"inFlight"`
	// ColdStarts counts requests that waited for an instance to start because of them.
	ColdStarts int64 `json:"coldStarts"`

	// Latency is from arrival to the last byte, Wait from arrival to the start of service (start-up included).
	Latency measure.Summary `json:"latency"`
	Wait    measure.Summary `json:"wait"`
	// TimeToFirstToken and TimePerOutputToken are for batched service only.
	TimeToFirstToken   measure.Summary `json:"timeToFirstToken,omitzero"`
	TimePerOutputToken measure.Summary `json:"timePerOutputToken,omitzero"`
	// Exceeded is, for each limit in Options.Limits, the number of requests that exceeded it.
	Exceeded []int64 `json:"exceeded,omitempty"`

	// Utilisation is the share of the ready capacity in use, up to Span: of slots for fixed service, of the
	// throughput of full batches for batched service.
	Utilisation float64 `json:"utilisation"`
	// MeanInSystem is the time average of requests inside, from the first arrival to End.
	MeanInSystem float64 `json:"meanInSystem"`
	// MeanLive and PeakLive are instances (pods, environments), starting ones included, up to Span.
	MeanLive     float64 `json:"meanLive"`
	PeakLive     int     `json:"peakLive"`
	PeakInFlight int64   `json:"peakInFlight"`

	// Metered is what the platform counted.
	Metered platform.Metered `json:"metered"`
	// Stopped says that the run ended early because a limit could no longer be met; all else then covers only what ran.
	Stopped bool `json:"stopped,omitempty"`
}
