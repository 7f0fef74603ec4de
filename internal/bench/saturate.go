package bench

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
)

// SaturationInput is what a search for the highest rate depends on.
type SaturationInput struct {
	// Suite says whom to ask and with which thresholds. Of its load arrivals, sizes and the seed count.
	Suite     *v1alpha1.Suite
	Access    map[string]target.Access
	SuiteHash string
	Tool      string
	// From is the first rate, Most the highest that may be tried, in requests a second; Within ends the search, as a share.
	From, Most, Within float64
	// Step is how long a rate is tried at least, Rest how long the target recovers afterwards.
	Step, Rest time.Duration
	// Keep takes the log of each step, if it is not nil.
	Keep func(target string, step int, log []byte) error
	// Progress is called from another goroutine about every second of a step; Done after it. Either may be nil.
	Progress func(Live)
	Done     func(target string, s analysis.SaturationStep)
}

// mostTries is how often a rate is tried, each time twice as long, while the verdict is inconclusive or the client was late.
const mostTries = 3

// Saturate searches. Targets are asked alone, and take turns step by step, so that each recovers while others are asked.
// A rate that stays inconclusive counts as one that does not pass. The lowest rate that failed has failed twice.
//
// Errors: those of Run, and of Keep.
func Saturate(ctx context.Context, in SaturationInput) (*analysis.Saturation, error) {
	out := &analysis.Saturation{
		SchemaVersion: analysis.SaturationVersion, Suite: in.Suite.Metadata.Name, Tool: in.Tool, Start: time.Now().UTC(), Most: in.Most, Within: in.Within,
	}
	var searches []*search
	for _, t := range in.Suite.Spec.Targets {
		out.Targets = append(out.Targets, analysis.TargetSaturation{Name: t.Name, Steps: []analysis.SaturationStep{}})
		searches = append(searches, &search{from: in.From, most: in.Most, within: in.Within})
	}
	for left := len(searches); left > 0; {
		for i, s := range searches {
			t := &out.Targets[i]
			if t.Outcome != "" {
				continue
			}
			if err := in.advance(ctx, i, s, t); err != nil {
				return nil, err
			}
			if t.Outcome != "" {
				left--
			}
		}
	}
	out.Complete = ctx.Err() == nil
	return out, nil
}

// advance tries one rate, as often as it takes.
func (in SaturationInput) advance(ctx context.Context, index int, s *search, t *analysis.TargetSaturation) error {
	rate, more := s.next()
	if !more {
		t.Outcome = outcomeOf(s)
		return nil
	}
	length := in.length(rate, in.Suite.Spec.Targets[index].Name)
	var last analysis.SaturationStep
	for range mostTries {
		step, err := in.try(ctx, index, rate, length, len(t.Steps))
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			t.Outcome = analysis.Stopped
			return nil
		}
		step.Attempt = attempts(t.Steps, rate) + 1
		t.Steps = append(t.Steps, step)
		if in.Done != nil {
			in.Done(t.Name, step)
		}
		if rest(ctx, in.Rest); ctx.Err() != nil {
			t.Outcome = analysis.Stopped
			return nil
		}
		if last = step; step.Invalid == "" && step.Verdict != analysis.Inconclusive {
			break
		}
		length *= 2
	}
	switch {
	case last.Invalid != "" && rate != s.high():
		t.Outcome = analysis.ByOwn
	case last.Verdict == analysis.Pass:
		s.pass(rate)
	default: // where the client was late the second time, what was seen the first time stands
		s.fail(rate, last.Verdict == analysis.Inconclusive)
	}
	t.Rate, t.Beyond = s.low, s.high()
	return nil
}

// attempts counts the steps at a rate.
func attempts(steps []analysis.SaturationStep, rate float64) (n int) {
	for _, s := range steps {
		if s.Rate == rate {
			n++
		}
	}
	return n
}

func outcomeOf(s *search) analysis.SaturationOutcome {
	switch {
	case s.low == 0:
		return analysis.NonePass
	case s.high() == 0:
		return analysis.AtLeast
	}
	return analysis.Found
}

// length is how long a rate is tried: long enough for the intervals of the thresholds, where that is at most ten times the step.
func (in SaturationInput) length(rate float64, target string) time.Duration {
	need := 0.0
	for _, s := range in.Suite.Spec.Thresholds {
		if s.Target != "" && s.Target != target {
			continue
		}
		for _, t := range thresholdsOf(s) {
			need = max(need, float64(analysis.Needed(t)))
		}
	}
	need += 3 * math.Sqrt(need) // Poisson arrivals may be fewer than expected, and some are answered wrong
	seconds := max(in.Step.Seconds(), min(need/rate, 10*in.Step.Seconds()))
	return time.Duration(math.Ceil(seconds*1e3)) * time.Millisecond
}

// try runs one step against one target.
func (in SaturationInput) try(ctx context.Context, index int, rate float64, length time.Duration, number int) (analysis.SaturationStep, error) {
	suite := in.stepSuite(index, rate, length, number)
	w, err := Workload(nil, suite)
	if err != nil {
		return analysis.SaturationStep{}, err
	}
	p, err := Project(suite, w)
	if err != nil {
		return analysis.SaturationStep{}, err
	}
	var log bytes.Buffer
	run := Input{Suite: suite, Workload: w, Projection: p, Access: in.Access, SuiteHash: in.SuiteHash, Tool: in.Tool, Progress: in.Progress}
	if _, err := Run(ctx, run, &log); err != nil {
		return analysis.SaturationStep{}, err
	}
	name := suite.Spec.Targets[0].Name
	if in.Keep != nil {
		if err := in.Keep(name, number, log.Bytes()); err != nil {
			return analysis.SaturationStep{}, err
		}
	}
	sheet, err := record.ReadColumns(&log)
	if err != nil {
		return analysis.SaturationStep{}, fmt.Errorf("target %s at %s: %w", name, unit.Rate(rate), err)
	}
	a := analysis.Of(sheet, 1)
	return analysis.SaturationStep{
		Rate: rate, Duration: length.Seconds(), Requests: a.Requests, Verdict: a.Verdict, Invalid: a.Invalid, Thresholds: a.Thresholds,
	}, nil
}

// stepSuite is the suite with one target and one rate, and with arrivals of its own.
func (in SaturationInput) stepSuite(index int, rate float64, length time.Duration, number int) *v1alpha1.Suite {
	s := *in.Suite
	t := s.Spec.Targets[index]
	t.ColdStart, t.KeepAlive, s.Spec.ColdStarts, s.Spec.KeepAlive = nil, nil, nil, nil // a step is a load alone
	seed := random.Derive(*s.Spec.Load.Seed, uint64(1000*index+number))
	s.Spec.Targets = []v1alpha1.Target{t}
	s.Spec.Load = v1alpha1.SuiteLoad{
		Phases:   []v1alpha1.Phase{{Rate: unit.Rate(rate), Duration: unit.Duration(length)}},
		Arrivals: s.Spec.Load.Arrivals, Sizes: s.Spec.Load.Sizes, Seed: &seed, Speed: 1,
	}
	if s.Spec.Load.Arrivals == "" {
		s.Spec.Load.Arrivals = "poisson"
	}
	s.Spec.Turn, s.Spec.Warmup, s.Spec.Thresholds = nil, 0, nil
	for _, th := range in.Suite.Spec.Thresholds {
		if th.Target == "" || th.Target == t.Name {
			s.Spec.Thresholds = append(s.Spec.Thresholds, th)
		}
	}
	return &s
}

// rest waits, or until the context ends.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Judges reports whether a target has thresholds.
func (in SaturationInput) Judges(target string) bool {
	for _, t := range in.Suite.Spec.Thresholds {
		if t.Target == "" || t.Target == target {
			return true
		}
	}
	return false
}

// Projected is about how many requests a target can get at most: those of doubling up to the highest rate, of bisecting
// below it, and of the failure that is tried again, with every rate tried as often as it may be.
func (in SaturationInput) Projected() float64 {
	bisections := math.Ceil(math.Log2(math.Ln2 / math.Log1p(in.Within)))
	return (3 + max(0, bisections)) * (1<<mostTries - 1) * in.Most * in.Step.Seconds()
}
