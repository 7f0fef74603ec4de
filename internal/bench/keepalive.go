package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/bench/wire"
	"fulcrum.dev/fulcrum/internal/record"
)

// Witness is a Forcer that can tell whether an instance is there that would answer a request.
type Witness interface {
	IsWarm(ctx context.Context) (bool, error)
}

// LongestSearch is how long a search takes at most, answers aside: the window lies just below its longest gap.
func LongestSearch(k *v1alpha1.KeepAliveSearch) time.Duration {
	warm, cold := k.From.Std(), k.To.Std()
	total := warm + cold
	for !narrowed(k, warm, cold) {
		warm = between(warm, cold)
		total += warm
	}
	return total
}

// narrowed reports whether two gaps are as close as they shall be.
func narrowed(k *v1alpha1.KeepAliveSearch, warm, cold time.Duration) bool {
	return float64(cold) <= float64(warm)*(1+float64(k.Within))
}

// between is the geometric mean, which halves the ratio of two gaps.
func between(warm, cold time.Duration) time.Duration {
	return time.Duration(math.Sqrt(float64(warm) * float64(cold)))
}

// keepAlives looks for every target's window, side by side, and writes what was found. The error is that of the log.
func (s *coldStage) keepAlives(ctx context.Context) error {
	spec := &s.in.Suite.Spec
	found := make(chan record.KeepAlive)
	var searching sync.WaitGroup
	for i := range spec.Targets {
		k := spec.SearchOf(&spec.Targets[i])
		if k == nil || ctx.Err() != nil {
			continue
		}
		one := newWindowSearch(s, i, k)
		searching.Go(func() {
			one.run(ctx)
			found <- one.found
		})
	}
	go func() { // ends with the last search, which the loop below waits for
		searching.Wait()
		close(found)
	}()
	var err error
	for f := range found {
		if err == nil {
			err = s.log.AppendKeepAlive(f)
		}
	}
	if err != nil {
		return fmt.Errorf("writing the log: %w", err)
	}
	return nil
}

// windowSearch is that of one target.
type windowSearch struct {
	*coldStage
	spec    *v1alpha1.KeepAliveSearch
	target  int
	name    string
	witness Witness
	tells   bool // answers say whether they were cold
	// limit is the time to first byte, from the connection, above which an answer counts as cold where nobody else knows;
	// coldest is the longest of a known cold start.
	limit, coldest time.Duration
	last           time.Duration // when the last answer ended
	found          record.KeepAlive
}

func newWindowSearch(s *coldStage, index int, k *v1alpha1.KeepAliveSearch) *windowSearch {
	own := *s // of its own are the numbers of its requests
	own.next = 0
	t := s.in.Suite.Spec.Targets[index]
	one := &windowSearch{coldStage: &own, spec: k, target: index, name: t.Name, found: record.KeepAlive{Target: index}}
	one.witness, _ = s.in.Forcers[t.Name].(Witness)
	one.tells = strings.HasPrefix(t.URL, "lambda://")
	for i := range s.made {
		c := &s.made[i]
		// Only a request that itself waited for the start was as slow as the next one will be.
		if c.Target == index && c.Failure == "" && c.Phases[0].At == c.Request.Sent {
			one.coldest = max(one.coldest, answerTime(&c.Request))
		}
	}
	one.found.Confirmed = one.witness != nil || one.tells
	return one
}

// answerTime leaves out the connection, which an idle gap costs too.
func answerTime(r *record.Record) time.Duration { return r.FirstByte - max(r.Connected, r.Sent) }

// run narrows the window down. An interruption leaves what was found until then.
func (s *windowSearch) run(ctx context.Context) {
	if err := s.bisect(ctx); err != nil {
		if ctx.Err() != nil {
			err = wire.ErrInterrupted
		}
		s.found.Failure = target.Shorten(err.Error())
	}
}

func (s *windowSearch) bisect(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	for _, gap := range []time.Duration{s.spec.From.Std(), s.spec.To.Std()} {
		isCold, err := s.try(ctx, gap)
		if err != nil {
			return err
		}
		if isCold != (gap == s.spec.To.Std()) {
			return nil // the window is outside of what was asked for
		}
	}
	for !narrowed(s.spec, s.found.Warm, s.found.Cold) {
		if _, err := s.try(ctx, between(s.found.Warm, s.found.Cold)); err != nil {
			return err
		}
	}
	return nil
}

// What is taken to be a cold answer as long as none is known: one that takes a few times as long as the slowest warm one, and
// longer by more than a client's hiccup. No process starts that fast.
const (
	clearly = 3
	hiccup  = 20 * time.Millisecond
)

// begin makes the target warm, and sees how fast it is then.
func (s *windowSearch) begin(ctx context.Context) error {
	var warm time.Duration
	for n := range 4 {
		r, err := s.request(ctx)
		if err != nil {
			return err
		}
		if n > 0 { // the first one may be cold
			warm = max(warm, answerTime(&r))
		}
	}
	s.limit = max(clearly*warm, warm+hiccup)
	if s.found.Confirmed || s.coldest == 0 {
		return nil
	}
	if s.coldest < 2*warm {
		return fmt.Errorf("a cold answer takes %s and a warm one %s: time cannot tell them apart, and the platform does not",
			s.coldest.Round(time.Microsecond), warm.Round(time.Microsecond))
	}
	s.limit = between(warm, s.coldest)
	return nil
}

func (s *windowSearch) request(ctx context.Context) (record.Record, error) {
	exchanges, stop := interruptible(ctx)
	defer stop()
	patience := s.in.Suite.Spec.Timeout.Std()
	if c := s.in.Suite.Spec.ColdStarts; c != nil {
		patience = max(patience, c.Timeout.Std())
	}
	over, err := target.Open(s.in.Suite.Spec.Targets[s.target], s.in.Access[s.name], 1) // no connection outlives every gap
	if err != nil {
		return record.Record{}, err
	}
	defer over.Close()
	r := s.ask(exchanges, over, s.target, 0, patience)
	s.last = r.LastByte
	if r.Kind != record.OK {
		return r, fmt.Errorf("a request ended as %s", r.Kind)
	}
	return r, nil
}

// try leaves the target alone for a while, asks it, and notes whether it was cold.
func (s *windowSearch) try(ctx context.Context, gap time.Duration) (isCold bool, err error) {
	s.say("keep-alive: %s without a request for %s, try %d", s.name, unit.Duration(gap.Round(time.Second)), len(s.found.Tries)+1)
	if !pause(ctx, s.last+gap-s.now()) {
		return false, wire.ErrInterrupted
	}
	isWarm := true
	if s.witness != nil {
		if isWarm, err = s.witness.IsWarm(ctx); err != nil {
			return false, err
		}
	}
	before := s.last
	r, err := s.request(ctx)
	if err != nil {
		return false, err
	}
	gap = r.Sent - before // what it came to
	switch {
	case s.witness != nil:
		isCold = !isWarm
	case s.tells:
		isCold = r.Cold
	default:
		isCold = answerTime(&r) > s.limit
	}
	s.found.Tries = append(s.found.Tries, record.IdleGap{Gap: gap, Cold: isCold, Request: r})
	if isCold {
		s.found.Cold = gap
	} else {
		s.found.Warm = gap
	}
	if s.found.Cold > 0 && s.found.Warm >= s.found.Cold {
		return isCold, errors.New("it was cold after a shorter gap than it was warm after: the window is not of one length")
	}
	return isCold, nil
}
