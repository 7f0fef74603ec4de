package calibrate

import (
	"context"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// Hardware is what a target runs on, because an endpoint does not tell. Give exactly one of GPU and CPU.
type Hardware struct {
	// GPU is its kind, such as L4, and GPUs how many one replica uses.
	GPU  string
	GPUs int
	// CPU is x86 or arm, VCPU how many vCPUs one request had, and Parallelism how many of them it can use.
	CPU         string
	VCPU        float64
	Parallelism float64
	// Home is cluster, function or container; it says what a keep-alive window is of. "" is unknown.
	Home string
}

// String is the hardware in words, such as 2 x L4 or x86, 2 vCPU.
func (h Hardware) String() string {
	switch {
	case h.GPU != "" && h.GPUs > 1:
		return fmt.Sprintf("%d x %s", h.GPUs, h.GPU)
	case h.GPU != "":
		return h.GPU
	}
	return fmt.Sprintf("%s, %g vCPU", h.CPU, max(h.VCPU, 1))
}

// Model is the kind of server.
type Model string

// The kinds. Auto takes batched where answers are streamed.
const (
	Auto    Model = "auto"
	Fixed   Model = "fixed"
	Batched Model = "batched"
)

// Options say what the measurements do not.
type Options struct {
	Hardware Hardware
	Model    Model
	// Seed is that of the replay.
	Seed uint64
}

// Fit returns the profile of one target of a run.
//
// Errors: a run that cannot be fitted (see refuse), measurements that do not determine the profile, with what to measure.
func Fit(ctx context.Context, log *record.Log, target int, o Options) (*v1alpha1.CalibratedTarget, error) {
	info := log.Header.Targets[target]
	if err := refuse(log, target); err != nil {
		return nil, fmt.Errorf("target %s: %w", info.Name, err)
	}
	s := newSample(log, target)
	t := &v1alpha1.CalibratedTarget{Name: info.Name, URL: info.URL}
	t.Notes = s.notes(log)
	h := o.Hardware
	t.Profile = v1alpha1.Profile{GPU: h.GPU, GPUs: h.GPUs, CPU: h.CPU, VCPU: h.VCPU, Parallelism: h.Parallelism, Range: s.rangeOf()}
	if err := fitService(s, o.Model, t); err != nil {
		return nil, fmt.Errorf("target %s: %w", info.Name, err)
	}
	fitStart(log, target, s, h.Home, t)
	t.Profile.Source = "measured"
	t.Profile.Reference = fmt.Sprintf("measured on %s, %s, %d requests (run %.8s of suite %s)",
		h, log.Header.Start.UTC().Format(time.DateOnly), len(s.measured), log.Header.SuiteHash, log.Header.Suite)
	replay, err := Predict(ctx, t, log, target, o.Seed)
	if err != nil {
		return nil, fmt.Errorf("target %s: replaying the run: %w", info.Name, err)
	}
	t.Fit.Replay = replay
	return t, nil
}

func fitService(s *sample, m Model, t *v1alpha1.CalibratedTarget) error {
	if m == Batched || m != Fixed && s.isStreamed() {
		return s.fitBatched(t)
	}
	return s.fitFixed(t)
}
