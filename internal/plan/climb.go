package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/billing"
)

// climbOptions bound a climb.
type climbOptions struct {
	// screen are cheaper evaluators, such as a lenient one on a sample: a move is run on all of the traffic only if none of them
	// rules it out.
	screen []*evaluator
	// bound is a cost in USD a month that an arrangement must stay below to be of use; 0 is no bound. A climb that will not get
	// there ends early.
	bound float64
	// evaluations is the greatest number of different arrangements to run; 0 is defaultEvaluations.
	evaluations int
}

const (
	defaultEvaluations = 150
	// screenMargin is the share by which a step must be dearer in a screen to be ruled out.
	screenMargin = 0.01
	// largerMargin is that of the larger sample of very long traffic, where a step on all of it takes seconds.
	largerMargin = 0
	// maxStep bounds the steps of a climb to feasibility, for which a climb has so many evaluations at the least.
	maxStep          = 64
	raiseEvaluations = 8
)

// lenient returns an evaluator for screens on the same runs, which rules out only what is far from good. That of the larger
// sample is stricter.
func (e *evaluator) lenient() *evaluator {
	out := *e
	out.tolerance, out.margin = slack, screenMargin
	if e.larger {
		out.margin = largerMargin
	}
	return &out
}

// climb improves an arrangement, a single home or a hybrid, by changing one setting at a time: in steps that double
// while they make it cheaper, until no single step of any setting is feasible and cheaper. From an infeasible start it
// goes to more capacity first. What it returns costs no more than the start where that is feasible, and may be
// infeasible where the start is. The settings that the user gave stay.
//
// It starts no goroutine and depends on its arguments alone.
func (e *evaluator) climb(ctx context.Context, start *Candidate, opt climbOptions) (*Candidate, error) {
	c := &climber{evaluator: e, opt: opt, left: opt.evaluations, seen: map[string]*Candidate{}}
	if c.left == 0 {
		c.left = defaultEvaluations
	}
	at, err := c.try(ctx, start, nil)
	if err != nil || at == nil {
		return start, err
	}
	if !at.suffices() {
		if at, err = c.raise(ctx, at); err != nil || !at.suffices() {
			return at, err
		}
	}
	for {
		next, err := c.sweep(ctx, at)
		if err != nil || next == at {
			return at, err
		}
		gain, missing := at.Monthly.Float64()-next.Monthly.Float64(), next.Monthly.Float64()-opt.bound
		if at = next; opt.bound > 0 && missing > gain {
			return at, nil // the next sweep hardly saves more than this one
		}
	}
}

// climber is one climb.
type climber struct {
	*evaluator
	opt  climbOptions
	left int
	// seen are the arrangements that were built, by their settings; nil for one that cannot be built or was ruled out.
	seen map[string]*Candidate
}

// sweep tries every setting once, both ways. It returns the arrangement it was given when nothing is cheaper.
func (c *climber) sweep(ctx context.Context, at *Candidate) (*Candidate, error) {
	for _, m := range c.moves(at) {
		for _, direction := range []int{-1, 1} {
			var err error
			if at, err = c.along(ctx, at, m, direction); err != nil {
				return nil, err
			}
		}
	}
	return at, nil
}

// along goes on in one direction of one setting for as long as that pays.
func (c *climber) along(ctx context.Context, at *Candidate, m move, direction int) (*Candidate, error) {
	for {
		best, err := c.gallop(ctx, at, m, direction)
		if err != nil || best == at {
			return at, err
		}
		at = best
		again, ok := c.sameMove(at, m)
		if !ok {
			return at, nil
		}
		m = again
	}
}

// gallop tries steps of 1, 2, 4, ... from an arrangement, and returns the cheapest. It stops where a step is infeasible,
// unless that is erratic, and after as many steps without a gain as the move's patience.
func (c *climber) gallop(ctx context.Context, at *Candidate, m move, direction int) (*Candidate, error) {
	best := at
	for step, misses := 1, 0; misses <= m.patience; step *= 2 {
		home, ok := m.to(direction * step)
		if !ok {
			break
		}
		next, err := c.try(ctx, at, &change{m.part, home})
		switch {
		case err != nil:
			return nil, err
		case next != nil && !next.suffices() && !m.erratic:
			return best, nil
		case next == nil || !next.suffices() || !next.Monthly.Less(best.Monthly):
			misses++
		default:
			best, misses = next, 0
		}
	}
	return best, nil
}

// raise looks for feasibility in the direction of more capacity, one setting after the other.
func (c *climber) raise(ctx context.Context, at *Candidate) (*Candidate, error) {
	c.left = max(c.left, raiseEvaluations)
	for _, m := range c.moves(at) {
		for step := 1; m.more != 0 && step <= maxStep; step *= 2 {
			home, ok := m.to(m.more * step)
			if !ok {
				break
			}
			next, err := c.try(ctx, at, &change{m.part, home})
			if err != nil {
				return nil, err
			}
			if next != nil && next.suffices() {
				return next, nil
			}
		}
	}
	return at, nil
}

// sameMove is the move of the same setting from another arrangement.
func (c *climber) sameMove(at *Candidate, m move) (move, bool) {
	for _, other := range c.moves(at) {
		if other.part == m.part && other.name == m.name {
			return other, true
		}
	}
	return move{}, false
}

// change is other settings for a part.
type change struct {
	part int
	home v1alpha1.Home
}

// try evaluates an arrangement with a part changed, or as it is. It returns nil for one that cannot be built, cannot be
// cheap enough, is ruled out by a screen, or is one too many.
func (c *climber) try(ctx context.Context, at *Candidate, ch *change) (*Candidate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	homes := append([]v1alpha1.Home(nil), at.chosen...)
	if ch != nil {
		homes[ch.part] = ch.home
	}
	text, err := json.Marshal(homes)
	if err != nil {
		return nil, err
	}
	if known, ok := c.seen[string(text)]; ok {
		return known, nil
	}
	next, err := c.tryNew(ctx, at, homes, ch != nil)
	if err == nil {
		c.seen[string(text)] = next
	}
	return next, err
}

func (c *climber) tryNew(ctx context.Context, at *Candidate, homes []v1alpha1.Home, prune bool) (*Candidate, error) {
	l, ok := c.layoutFor(at, homes)
	if !ok || c.left <= 0 {
		return nil, nil
	}
	if prune {
		if hopeless, err := c.hopeless(ctx, at, l); hopeless || err != nil {
			return nil, err
		}
	}
	c.left--
	return c.candidateOn(ctx, at, l, homes)
}

// candidateOn evaluates a layout as another arrangement of the same families.
func (e *evaluator) candidateOn(ctx context.Context, at *Candidate, l layout, homes []v1alpha1.Home) (*Candidate, error) {
	next, err := e.evaluate(ctx, l, false)
	if err != nil {
		return nil, err
	}
	next.family, next.pairing, next.chosen = at.family, at.pairing, homes
	next.size, next.Variant = number(&next.placements()[0]), at.Variant
	if next.pairing != nil {
		next.size = nodesFor(next.placements()[0].arrangement, next.size)
	} else if v := variant(&next.Placement); v != "" {
		next.Variant = v
	}
	return next, nil
}

// layoutFor builds the parts of an arrangement with other settings; false where the platform does not allow them.
func (e *evaluator) layoutFor(at *Candidate, homes []v1alpha1.Home) (layout, bool) {
	l := layout{routing: at.Routing}
	for i, p := range at.placements() {
		a, err := arrange.Build(e.spec, p.arrangement.Offer, homes[i], e.in.Catalog)
		if err != nil {
			return l, false
		}
		l.parts = append(l.parts, a)
	}
	return l, true
}

// hopeless reports whether a layout need not be run: what it holds in any case is too dear, or a screen rules it out.
func (c *climber) hopeless(ctx context.Context, at *Candidate, l layout) (bool, error) {
	limit := math.Inf(1)
	if c.opt.bound > 0 {
		limit = c.opt.bound
	}
	if at.suffices() {
		limit = math.Min(limit, at.Monthly.Float64())
	}
	floor, err := c.floorOf(l)
	if err != nil || floor >= limit {
		return true, err
	}
	for _, s := range c.opt.screen {
		if out, err := s.rulesOut(ctx, at, l); out || err != nil {
			return true, err
		}
	}
	return false, nil
}

// rulesOut reports whether a layout misses the objectives here, or costs more than the arrangement that it is to improve.
func (e *evaluator) rulesOut(ctx context.Context, at *Candidate, l layout) (bool, error) {
	next, err := e.evaluate(ctx, l, false)
	if err != nil || !next.suffices() {
		return true, err
	}
	here, err := e.evaluate(ctx, at.layout(), false)
	return err == nil && here.suffices() && next.Monthly.Float64() >= (1+e.margin)*here.Monthly.Float64(), err
}

// floorOf is the least that a layout costs a month, in USD. Of a hybrid it is what is held whatever it serves.
func (e *evaluator) floorOf(l layout) (float64, error) {
	var uses []billing.Use
	for _, a := range l.parts {
		u := billing.Use{Arrangement: a}
		var busy float64
		if len(l.parts) == 1 {
			busy, u.Served = e.leastBusy(a), e.leastServed() // what leaves costs the same wherever it is served
		}
		u.Metered = e.metered(a, busy)
		uses = append(uses, u)
	}
	bills, err := e.terms().Month(uses, e.traffic.Span.Std())
	if err != nil {
		return 0, fmt.Errorf("the least that a step costs: %w", err)
	}
	var sum float64
	for _, b := range bills {
		sum += b.Total.Float64()
	}
	return sum, nil
}
