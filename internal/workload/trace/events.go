package trace

import (
	"errors"
	"fmt"
	"io"
	"time"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// readEvents goes through a trace of events once.
func readEvents(trace *eventTrace) (workload.Workload, error) {
	var bad rows.Tally
	s, err := trace.open(&bad)
	if err != nil {
		return nil, err
	}
	var seen stamps
	kept, err := keep(s, trace.source.maxRequests, seen.add)
	if err != nil {
		return nil, err
	}
	if err := bad.Check(trace.source.trace.MaxBadRows); err != nil {
		return nil, trace.source.file.Fail(err)
	}
	span, err := seen.span()
	if err != nil {
		return nil, trace.source.file.Fail(err)
	}
	has := s.parser.carries()
	sampler, note, err := trace.source.missingSizes(has)
	if err != nil {
		return nil, trace.source.file.Fail(err)
	}
	info := workload.Info{
		Name: trace.source.file.Name, Format: trace.format, Span: span, Rows: bad.Rows, BadRows: bad.Bad,
		HasTokens: has.Tokens() || sampler.HasTokens(), HasWork: has.Work || sampler.HasWork(),
		Notes: append(bad.Notes(), s.order.Notes()...),
	}
	if trace.spread {
		info.Resolution = time.Second
		info.Notes = append(info.Notes, "times are whole seconds: arrivals are drawn uniformly within each second")
	} else {
		info.Notes = append(info.Notes, seen.notes()...)
	}
	if note != "" {
		info.Notes = append(info.Notes, note)
	}
	if kept != nil {
		if sampler != nil {
			sampler.Start(trace.source.seed)(kept)
		}
		return workload.NewRecorded(info, kept), nil
	}
	return sampler.Give(&tracedEvents{trace: trace, info: info, requests: seen.requests}, trace.source.seed), nil
}

// stamps is what the first reading sees of the arrivals.
type stamps struct {
	requests int64
	last     time.Duration
	shared   int64         // requests that have the same stamp as another
	run      int64         // requests with the last stamp
	distinct int64         // stamps
	step     time.Duration // the smallest gap between different stamps
}

func (s *stamps) add(batch []workload.Request) {
	for i := range batch {
		s.see(batch[i].At)
	}
}

func (s *stamps) see(at time.Duration) {
	gap := at - s.last
	s.requests++
	s.last = at
	if s.requests > 1 && gap == 0 {
		if s.run++; s.run == 2 {
			s.shared++
		}
		s.shared++
		return
	}
	s.run = 1
	s.distinct++
	if gap > 0 && (s.step == 0 || gap < s.step) {
		s.step = gap
	}
}

// span returns the time that the trace covers.
func (s *stamps) span() (time.Duration, error) {
	switch {
	case s.last == 0:
		return 0, errors.New("all requests have the same time: a rate needs at least two different ones")
	case s.last > maxTraceSpan:
		return 0, fmt.Errorf("the trace covers %.0f years: a stamp is wrong, or the times are in another unit (timeUnit)", s.last.Hours()/24/365)
	}
	gap := time.Duration(float64(s.last) / float64(s.requests-1))
	return s.last + max(1, gap), nil
}

// notes warns of stamps that were rounded to a grid.
func (s *stamps) notes() []string {
	if s.shared*2 <= s.requests {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d requests have the same time as another (%d different times, at least %s apart): "+
		"the times are quantised, and figures over windows that short are artefacts", s.shared, s.requests, s.distinct, s.step)}
}

// tracedEvents is a trace of events that is read again on each Open.
type tracedEvents struct {
	trace    *eventTrace
	info     workload.Info
	requests int64
}

// Info describes the workload.
func (t *tracedEvents) Info() workload.Info { return t.info }

// Open starts from the first request. The stream closes the file at its end; a
// reader that stops before may call Close.
func (t *tracedEvents) Open() (workload.Stream, error) {
	s, err := t.trace.open(&rows.Tally{})
	if err != nil {
		return nil, err
	}
	return &guarded{eventStream: s, trace: t}, nil
}

var errChanged = errors.New("the file has changed since it was read first")

// guarded notices a file that has changed since it was read first.
type guarded struct {
	*eventStream
	trace *tracedEvents
	read  int64
}

// Read fills dst with requests in order of arrival.
func (g *guarded) Read(dst []workload.Request) (int, error) {
	n, err := g.eventStream.Read(dst)
	g.read += int64(n)
	if n > 0 && dst[n-1].At >= g.trace.info.Span || g.read > g.trace.requests || err == io.EOF && g.read != g.trace.requests {
		g.lines.Close()
		return 0, g.lines.File.Fail(errChanged)
	}
	return n, err
}
