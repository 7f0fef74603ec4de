package simulate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
)

// Options says how to run.
type Options struct {
	// Seed makes drawn service and start-up times repeatable.
	Seed uint64
	// Timeout is how long a caller waits for its answer; later answers count as timed out. 0 is for ever.
	Timeout time.Duration
	// Cancel says that a caller who leaves at its time-out cancels its request: it leaves the queue, or its slot, where the
	// platform stops what is cancelled; functions do not. Without it the work is done, and counted when it ends.
	Cancel bool
	// Retry is what callers do when they are refused, or an attempt takes too long.
	Retry Retry
	// Limits are bounds to count against, and to stop early at.
	Limits []Limit
	// SpendRates are, for each home, the USD that a second of a request in service costs there, as routers with a
	// spend cap estimate it; none is 0.
	SpendRates []float64
	// Timeline is the number of moments that a timeline is kept for; 0 keeps none.
	Timeline int
}

// maxHomes bounds the homes of a hybrid, and maxTimeline the moments of a timeline.
const (
	maxHomes    = 64
	maxTimeline = 100_000
)

// check refuses what cannot be run, so that the loop need not.
func check(h Hybrid, opt Options) error {
	switch {
	case len(h.Homes) == 0 || len(h.Homes) > maxHomes:
		return fmt.Errorf("expected 1 to %d homes, got %d", maxHomes, len(h.Homes))
	case len(h.Homes) > 1 && h.Router == nil:
		return errors.New("expected a router between several homes")
	case len(opt.SpendRates) > 0 && len(opt.SpendRates) != len(h.Homes):
		return fmt.Errorf("expected a spend rate for each of %d homes, got %d", len(h.Homes), len(opt.SpendRates))
	case slices.ContainsFunc(opt.SpendRates, func(r float64) bool { return !(r >= 0) || math.IsInf(r, 1) }):
		return fmt.Errorf("expected spend rates of 0 or more, got %v", opt.SpendRates)
	case opt.Timeout < 0 || opt.Cancel && opt.Timeout == 0 && opt.Retry.AttemptTimeout == 0:
		return fmt.Errorf("expected a time-out of at least 0, and above 0 where callers cancel, got %v", opt.Timeout)
	case opt.Timeline < 0 || opt.Timeline > maxTimeline:
		return fmt.Errorf("expected a timeline of 0 to %d moments, got %d", maxTimeline, opt.Timeline)
	}
	for i := range h.Homes {
		if err := checkHome(h.Homes[i]); err != nil {
			return err
		}
	}
	return opt.Retry.check()
}

var errHomeKind = errors.New("expected exactly one of cluster, function and container")

func checkHome(h home.Home) error {
	kinds := 0
	for _, set := range []bool{h.Cluster != nil, h.Function != nil, h.Container != nil} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return fmt.Errorf("home %s: %w", h.Name, errHomeKind)
	}
	if err := checkService(h.Service); err != nil {
		return fmt.Errorf("home %s: service: %w", h.Name, err)
	}
	if err := checkCapacity(h); err != nil {
		return fmt.Errorf("home %s: %w", h.Name, err)
	}
	return nil
}

func checkService(s home.Service) error {
	switch {
	case s.Concurrency < 1 || s.Concurrency > maxConcurrency:
		return fmt.Errorf("expected a concurrency from 1 to %d, got %d", maxConcurrency, s.Concurrency)
	case s.Scale < 0:
		return fmt.Errorf("expected a scale above 0, got %g", s.Scale)
	case s.Batch == nil:
		return nil
	}
	b := s.Batch
	if b.Alpha < 0 || b.Beta < 0 || b.Gamma < 0 || b.Iteration(1, 0) < time.Nanosecond {
		return fmt.Errorf("expected alpha, beta and gamma of at least 0 and an iteration that takes time, got %v, %v, %v", b.Alpha, b.Beta, b.Gamma)
	}
	if err := checkIterations(b.Curve); err != nil {
		return err
	}
	switch {
	case b.Max < 1 || s.Concurrency > b.Max:
		return fmt.Errorf("expected a batch of at least the concurrency %d, got %d", s.Concurrency, b.Max)
	case b.MaxTokens != 0 && b.MaxTokens < int64(b.Max):
		return fmt.Errorf("expected 0 or at least a token in an iteration for each of %d sequences, got %d", b.Max, b.MaxTokens)
	case b.MaxWaiting < 0 || s.Slots() > maxConcurrency:
		return fmt.Errorf("expected 0 to %d sequences to wait in a replica, got %d", maxConcurrency-s.Concurrency, b.MaxWaiting)
	}
	return nil
}

func checkIterations(curve []home.IterationTime) error {
	last := 0
	for i, p := range curve {
		if p.Sequences <= last || i == 0 && p.Sequences != 1 || p.Time < time.Nanosecond {
			return fmt.Errorf("expected iterations that take time, by rising numbers of sequences from 1 on, got %v", curve)
		}
		last = p.Sequences
	}
	return nil
}

func checkCapacity(h home.Home) error {
	switch {
	case h.Cluster != nil:
		return h.Cluster.Check()
	case h.Function != nil && h.Function.Check() != nil:
		return h.Function.Check()
	case h.Function != nil && (h.Service.Concurrency != 1 || h.Service.Batch != nil):
		return errors.New("a function environment serves one request at a time")
	case h.Container != nil:
		return h.Container.Check()
	}
	return nil
}
