package v1alpha1

import "fulcrum.dev/fulcrum/api/unit"

// KindSuite identifies a suite file.
const KindSuite = "Suite"

// Suite is a performance test: targets, load and thresholds. The same suite runs against any
// environment.
type Suite struct {
	// APIVersion must be fulcrum.dev/v1alpha1.
	APIVersion string `json:"apiVersion" check:"oneof=fulcrum.dev/v1alpha1"`
	// Kind must be Suite.
	Kind string `json:"kind" check:"oneof=Suite"`
	// Metadata names the suite.
	Metadata Metadata `json:"metadata"`
	// Spec describes the suite.
	Spec SuiteSpec `json:"spec"`
}

// SuiteSpec describes a suite.
type SuiteSpec struct {
	// Targets are the endpoints to measure. Several take turns in one run.
	Targets []Target `json:"targets"`
	// Load is the requests over time. It may be omitted if a target has coldStart or keepAlive.
	Load SuiteLoad `json:"load,omitzero"`
	// ColdStarts is how many cold starts are forced after the load. Default: those of the targets that have coldStart.
	ColdStarts *ColdStarts `json:"coldStarts,omitempty"`
	// KeepAlive measures how long each target stays warm without a request, at the end of the run. Default: only for targets that set it.
	KeepAlive *KeepAliveSearch `json:"keepAlive,omitempty"`
	// Turn is how long one target is loaded before the next one; 0s alternates from request to request.
	// Default: a fortieth of the load for each target, from 100ms to 30s, but at least five requests; 0s if that leaves
	// fewer than ten rounds.
	Turn *unit.Duration `json:"turn,omitempty"`
	// Timeout is the maximum time for an answer, from sending to the last byte. Default: 60s.
	Timeout unit.Duration `json:"timeout,omitempty" check:"gt=0"`
	// MaxInFlight is the maximum number of requests waiting for an answer; requests over the limit are recorded as not-sent. Default: 1024.
	MaxInFlight int `json:"maxInFlight,omitempty" check:"gte=1,lte=1e5"`
	// Warmup is the time at the start that is excluded from the figures. Default: 0s.
	Warmup unit.Duration `json:"warmup,omitempty"`
	// Gate is the lateness of the client above which the run is invalid.
	Gate LatenessGate `json:"gate,omitzero"`
	// Thresholds are the limits by which the run is judged. Default: none.
	Thresholds []SuiteThreshold `json:"thresholds,omitempty"`
}

// LatenessGate bounds how late the client itself may send: beyond it, the run measures the client.
type LatenessGate struct {
	// Percentile of the lateness, in percent. Default: 99.
	Percentile float64 `json:"percentile,omitempty" check:"gt=0,lte=100"`
	// Most is its maximum. Default: 10ms.
	Most unit.Duration `json:"most,omitempty" check:"gt=0"`
}

// SuiteThreshold is a limit for one figure of one target, or of each.
type SuiteThreshold struct {
	// Target is the name of a target. Default: each.
	Target string `json:"target,omitempty"`
	// Latency bounds the time from when a request was due to its last byte.
	Latency Percentiles `json:"latency,omitzero"`
	// TimeToFirstByte bounds the time from when a request was due to the first byte of the answer.
	TimeToFirstByte Percentiles `json:"timeToFirstByte,omitzero"`
	// TimeToFirstToken bounds the time from when a request was due to the first token (streams only).
	TimeToFirstToken Percentiles `json:"timeToFirstToken,omitzero"`
	// TimePerOutputToken bounds the mean time between the tokens of an answer (streams only).
	TimePerOutputToken Percentiles `json:"timePerOutputToken,omitzero"`
	// Errors bounds the share of requests without a right answer.
	Errors *unit.Share `json:"errors,omitempty"`
}

// SuiteLoad is requests over time: exactly one of phases, traffic and closed.
type SuiteLoad struct {
	// Phases are rates one after the other: steps, ramps, waves, spikes.
	Phases []Phase `json:"phases,omitempty"`
	// Arrivals is constant (equal gaps) or poisson; with phases only. Default: poisson.
	Arrivals string `json:"arrivals,omitempty" check:"oneof=constant poisson"`
	// Sizes is what each request asks for; with phases only.
	Sizes Sizes `json:"sizes,omitzero"`
	// Traffic is that of a model file: a recorded trace, or a generator.
	Traffic *Traffic `json:"traffic,omitempty"`
	// Speed plays the load this many times as fast. Default: 1.
	Speed float64 `json:"speed,omitempty" check:"gt=0,lte=1e6"`
	// Closed is a closed loop: callers that each send the next request when the last one was answered.
	Closed *ClosedLoad `json:"closed,omitempty"`
	// Seed makes drawn arrivals, sizes and turns repeatable. Default: 1.
	Seed *uint64 `json:"seed,omitempty"`
}

// Phase is a period with a rate: constant, a ramp to another rate, or a sine wave around it.
type Phase struct {
	// Rate is the rate of the phase, of the start of a ramp, or of the middle of a sine wave.
	Rate unit.Rate `json:"rate" check:"lte=1e6"`
	// Duration is how long it lasts.
	Duration unit.Duration `json:"duration" check:"gt=0"`
	// To is the rate at the end of a linear ramp.
	To *unit.Rate `json:"to,omitempty" check:"lte=1e6"`
	// Amplitude is the amplitude of a sine wave, at most the rate.
	Amplitude unit.Rate `json:"amplitude,omitempty" check:"lte=1e6"`
	// Period is the period of a sine wave.
	Period unit.Duration `json:"period,omitempty" check:"gt=0"`
}

// ClosedLoad is callers that wait for answers.
type ClosedLoad struct {
	// Callers is the number of callers.
	Callers int `json:"callers" check:"gte=1,lte=1e5"`
	// Duration is how long they send requests.
	Duration unit.Duration `json:"duration" check:"gt=0"`
}

// HasLoad reports whether there is a load: a suite may consist of cold starts alone.
func (l *SuiteLoad) HasLoad() bool { return l.Given() > 0 }

func (l *SuiteLoad) Given() int {
	given := 0
	for _, is := range []bool{len(l.Phases) > 0, l.Traffic != nil, l.Closed != nil} {
		if is {
			given++
		}
	}
	return given
}
