package bench

import (
	"fmt"
	"io"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/generate"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

// Workload returns the schedule of a suite; nil for a closed load, which has none, and without a load. Paths are opened by open.
func Workload(open rows.Opener, s *v1alpha1.Suite) (workload.Workload, error) {
	l := s.Spec.Load
	switch {
	case l.Closed != nil || !l.HasLoad():
		return nil, nil
	case l.Traffic != nil:
		return traffic.Build(open, *l.Traffic)
	}
	return generate.Phases(open, l.Phases, l.Arrivals, l.Sizes, *l.Seed)
}

// Projection is what a run will send.
type Projection struct {
	// Requests is how many in all, ByTarget for each; both are unknown and 0 for a closed load.
	Requests int64
	ByTarget []int64
	// Span is how long it takes.
	Span time.Duration
	// Turn is how long a target's turn lasts.
	Turn time.Duration
	// ColdStarts is how many are brought about in all; KeepAlive is how long the search for the windows takes at most.
	ColdStarts int
	KeepAlive  time.Duration
}

// Project reads the schedule and counts.
func Project(s *v1alpha1.Suite, w workload.Workload) (Projection, error) {
	p := Projection{ByTarget: make([]int64, len(s.Spec.Targets))}
	p.besideLoad(&s.Spec)
	switch {
	case w != nil:
		p.Span = hastened(w.Info().Span, s.Spec.Load.Speed)
	case s.Spec.Load.Closed != nil:
		p.Span = s.Spec.Load.Closed.Duration.Std()
	}
	switch {
	case s.Spec.Turn != nil:
		p.Turn = s.Spec.Turn.Std()
	case w == nil || len(s.Spec.Targets) == 1:
		p.Turn = turnLength(p.Span, len(s.Spec.Targets), 0)
	default:
		var requests int64
		if err := eachJob(s, w, 0, func(job) { requests++ }); err != nil {
			return p, err
		}
		p.Turn = turnLength(p.Span, len(s.Spec.Targets), requests)
	}
	if warmup := s.Spec.Warmup.Std(); warmup > 0 && s.Spec.Load.HasLoad() && warmup >= p.Span {
		return p, fmt.Errorf("the warm-up of %s leaves nothing of a load of %s to be measured: expected a shorter warm-up", warmup, p.Span)
	}
	if w == nil {
		return p, nil
	}
	err := eachJob(s, w, p.Turn, func(j job) {
		p.Requests++
		p.ByTarget[j.target]++
	})
	return p, err
}

// eachJob reads the schedule.
func eachJob(s *v1alpha1.Suite, w workload.Workload, turn time.Duration, take func(job)) error {
	plan, err := newSchedule(s, w, turn)
	if err != nil {
		return err
	}
	defer plan.close()
	for {
		j, err := plan.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		take(j)
	}
}

func (p *Projection) besideLoad(spec *v1alpha1.SuiteSpec) {
	for i := range spec.Targets {
		if spec.Targets[i].ColdStart != nil && spec.ColdStarts != nil {
			p.ColdStarts += spec.ColdStarts.Count
		}
		if k := spec.SearchOf(&spec.Targets[i]); k != nil {
			p.KeepAlive = max(p.KeepAlive, LongestSearch(k))
		}
	}
}

// job is one request that is due.
type job struct {
	target.Request
	round  int64
	target int // its index in the suite
	due    time.Duration
}

// schedule turns a workload into jobs.
type schedule struct {
	stream   workload.Stream
	turns    *turns
	speed    float64
	sequence int64
	buffer   []workload.Request
	ready    []workload.Request
}

func newSchedule(s *v1alpha1.Suite, w workload.Workload, turn time.Duration) (*schedule, error) {
	stream, err := w.Open()
	if err != nil {
		return nil, err
	}
	return &schedule{
		stream: stream, turns: newTurns(len(s.Spec.Targets), turn, *s.Spec.Load.Seed), speed: s.Spec.Load.Speed,
		buffer: make([]workload.Request, 256),
	}, nil
}

// next returns the next job, or io.EOF.
func (s *schedule) next() (job, error) {
	if len(s.ready) == 0 {
		n, err := s.stream.Read(s.buffer)
		if n == 0 {
			return job{}, err
		}
		s.ready = s.buffer[:n]
	}
	ask := s.ready[0]
	s.ready = s.ready[1:]
	j := job{Request: target.Request{Sequence: s.sequence, Size: ask}, due: hastened(ask.At, s.speed)}
	j.target, j.round = s.turns.of(j.Sequence, j.due)
	s.sequence++
	return j, nil
}

func (s *schedule) close() {
	if c, ok := s.stream.(io.Closer); ok {
		_ = c.Close() // it was only read from
	}
}

func hastened(at time.Duration, speed float64) time.Duration {
	if speed == 1 {
		return at
	}
	return time.Duration(float64(at) / speed)
}
