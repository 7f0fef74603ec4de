package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// Forcer brings cold starts of one target about. Its methods are called one after the other.
type Forcer interface {
	// Force brings one about and has the request sent that meets it: ask sends one and waits for its end. Times are those
	// of now. Whatever was seen until an error is returned with it.
	Force(ctx context.Context, now func() time.Duration, ask func(context.Context) record.Record) (record.ColdStart, error)
	// Restore leaves the target as the first Force found it. Its error says what is left to be done by hand.
	Restore(ctx context.Context) error
}

// Idler is a Forcer to which it matters when the target was asked last.
type Idler interface {
	// Asked tells when the last answer of the load ended. It is called before the first Force, if there was one.
	Asked(last time.Duration)
}

// restoring bounds how long a target may take to be as it was. A run that was interrupted waits for it.
const restoring = 2 * time.Minute

// coldStage brings cold starts about, when the load is over.
type coldStage struct {
	*workers
	in     Input
	log    *record.Writer
	sample job // the request that is sent
	next   int64
	made   []record.ColdStart
}

// ask sends one request to a target over a client. It is due when it is sent.
func (s *coldStage) ask(ctx context.Context, over target.Target, index int, round int64, patience time.Duration) record.Record {
	j := s.sample
	j.Sequence, j.round, j.target, j.due = s.next, round, index, s.now()
	s.next++
	r := newRecord(j)
	unhook := context.AfterFunc(ctx, over.Interrupt)
	defer unhook()
	_ = over.Exchange(ctx, j.Request, s.start, patience, &r) // the record has its kind
	return r
}

// coldStarts brings about what the suite asks for: in each round every target has one, in an order that is drawn as that of the load.
// It says which targets are not as they were; the error is that of the log.
func (s *coldStage) coldStarts(ctx context.Context) (left []string, err error) {
	spec := s.in.Suite.Spec
	var targets []int
	for i, t := range spec.Targets {
		if s.in.Forcers[t.Name] != nil {
			targets = append(targets, i)
		}
	}
	if spec.ColdStarts == nil || len(targets) == 0 || ctx.Err() != nil {
		return nil, nil
	}
	defer func() { left = s.restore(ctx, targets) }()
	s.tellIdlers(targets)
	turns := newTurns(len(targets), 0, *spec.Load.Seed)
	count := spec.ColdStarts.Count * len(targets)
	for n := range count {
		place, round := turns.of(int64(n), 0)
		i := targets[place]
		s.say("cold start %d of %d: %s", n+1, count, spec.Targets[i].Name)
		made := s.one(ctx, i, round)
		s.made = append(s.made, made)
		if err := s.log.AppendColdStart(made); err != nil {
			return nil, fmt.Errorf("writing the log: %w", err)
		}
		if ctx.Err() != nil || n < count-1 && !pause(ctx, spec.ColdStarts.Settle.Std()) {
			return nil, nil
		}
	}
	return nil, nil
}

// tellIdlers spares them the time that has passed since the load.
func (s *coldStage) tellIdlers(targets []int) {
	for _, i := range targets {
		f, ok := s.in.Forcers[s.in.Suite.Spec.Targets[i].Name].(Idler)
		if last := s.collector.last; ok && i < len(last) && last[i] != record.Unseen {
			f.Asked(last[i])
		}
	}
}

// one brings a cold start about, or says why there was none.
func (s *coldStage) one(ctx context.Context, i int, round int64) record.ColdStart {
	t, patience := s.in.Suite.Spec.Targets[i], s.in.Suite.Spec.ColdStarts.Timeout.Std()
	exchanges, stop := interruptible(ctx)
	defer stop()
	limited, cancel := context.WithTimeoutCause(exchanges, patience+idleOf(t), wire.ErrTimeout)
	defer cancel()
	made, err := s.force(limited, i, round, patience)
	if made.Request.Sent == 0 && made.Request.LastByte == 0 { // none was sent
		made.Request = newRecord(job{Request: target.Request{Sequence: s.next}, round: round, target: i, due: s.now()})
	}
	made.Target, made.Request.Target = i, i
	switch {
	case ctx.Err() != nil:
		err = wire.ErrInterrupted
	case err != nil && errors.Is(context.Cause(limited), wire.ErrTimeout):
		err = fmt.Errorf("not within %s: %w", unit.Duration(patience+idleOf(t)), err)
	case err == nil && made.Request.Kind != record.OK:
		err = fmt.Errorf("its request ended as %s", made.Request.Kind)
	}
	if err != nil {
		made.Failure, made.Confirmed = target.Shorten(err.Error()), false
	}
	complete(&made, yieldsTokens(t))
	return made
}

// force has the forcer do its work, with a client of its own: connections from before lead to what is about to end.
func (s *coldStage) force(ctx context.Context, i int, round int64, patience time.Duration) (record.ColdStart, error) {
	t := s.in.Suite.Spec.Targets[i]
	over, err := target.Open(t, s.in.Access[t.Name], 1)
	if err != nil {
		return record.ColdStart{}, err
	}
	defer over.Close()
	return s.in.Forcers[t.Name].Force(ctx, s.now, func(ctx context.Context) record.Record { return s.ask(ctx, over, i, round, patience) })
}

func idleOf(t v1alpha1.Target) time.Duration {
	if t.ColdStart == nil {
		return 0
	}
	return t.ColdStart.Idle.Std()
}

// yieldsTokens reports whether the answers of a target have a first token that could be seen.
func yieldsTokens(t v1alpha1.Target) bool {
	return t.Protocol == "openai-chat" || t.Protocol == "openai-completions"
}

// complete adds what the client saw, and marks the moments that nobody did: up to the last one that was reached where the
// start failed. Without tokens there is no first one to be missed.
func complete(c *record.ColdStart, hasTokens bool) {
	seen := map[record.PhaseName]record.Phase{}
	for _, p := range c.Phases {
		seen[p.Name] = p
	}
	if c.Failure == "" {
		seen[record.FirstByte] = record.Phase{Name: record.FirstByte, At: c.Request.FirstByte, By: record.ByClient}
		if c.Request.FirstToken >= 0 {
			seen[record.FirstToken] = record.Phase{Name: record.FirstToken, At: c.Request.FirstToken, By: record.ByClient}
		}
	}
	c.Phases = nil
	for _, name := range record.PhaseNames() {
		if name == record.FirstToken && !hasTokens {
			continue
		}
		p, ok := seen[name]
		if !ok {
			p = record.Phase{Name: name, At: record.Unseen, By: record.Unobserved}
		}
		c.Phases = append(c.Phases, p)
	}
	if c.Failure == "" {
		return
	}
	last := len(c.Phases)
	for last > 0 && c.Phases[last-1].By == record.Unobserved {
		last--
	}
	c.Phases = slices.Clip(c.Phases[:last])
}

// restore leaves every target as it was found, also after an interruption, and says which ones are not.
func (s *coldStage) restore(ctx context.Context, targets []int) (left []string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), restoring)
	defer cancel()
	for _, i := range targets {
		name := s.in.Suite.Spec.Targets[i].Name
		s.say("leaving %s as it was", name)
		if err := s.in.Forcers[name].Restore(ctx); err != nil {
			left = append(left, fmt.Sprintf("%s is not as it was: %v", name, err))
		}
	}
	return left
}

// say tells what goes on.
func (s *coldStage) say(format string, args ...any) {
	if s.in.Progress != nil {
		s.in.Progress(Live{Elapsed: s.now(), Doing: fmt.Sprintf(format, args...)})
	}
}

// pause waits, and says whether all of the time has passed.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
