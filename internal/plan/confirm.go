package plan

import (
	"context"
	"fmt"
	"slices"
)

// confirm simulates on the larger sample, and then on all of the traffic, what would be shown as best, as runner-up, as the
// best of a side or as the best hybrid, and climbs again: up where the sample was too kind, down where it was too hard. What
// then wins is confirmed in turn, until nothing new does.
func (s *search) confirm(ctx context.Context) error {
	for i := 1; i < len(s.levels); i++ {
		at := level{on: s.levels[i], opt: climbOptions{evaluations: s.levels[i].affordableSteps()}, hybrid: s.hybridWins()}
		for _, e := range s.levels[:i] {
			at.opt.screen = append(at.opt.screen, e.lenient())
		}
		bound := s.cheapestSingle()
		stages := []func(context.Context) error{
			func(ctx context.Context) error { return s.confirmSingles(ctx, at) },
			func(ctx context.Context) error { return s.confirmHybrids(ctx, at, bound) },
		}
		if err := s.parallel(ctx, len(stages), func(ctx context.Context, k int) error { return stages[k](ctx) }); err != nil {
			return err
		}
		s.dropHybrids()
	}
	return nil
}

// level is an evaluator that candidates are confirmed on, and how they climb there.
type level struct {
	on  *evaluator
	opt climbOptions
	// hybrid says that a hybrid is to be the verdict, so that a second single home is not shown.
	hybrid bool
}

// stepRequests is about how many requests, if service is batched, the steps of one climb may take altogether.
const stepRequests = 50_000_000

// affordableSteps is how many arrangements a climb may try, the start among them.
func (e *evaluator) affordableSteps() int {
	if e.larger {
		return largerSteps
	}
	return int(min(max(float64(affordable(e.spec, stepRequests))/e.effort(), 1), defaultEvaluations))
}

// largerSteps is how many arrangements a climb may try on the larger sample, which begins where the smaller one has led.
const largerSteps = 8

// hybridWins reports whether a hybrid is the verdict so far.
func (s *search) hybridWins() bool {
	best, hybrid := cheapest(s.found(func(*Candidate) bool { return true })), cheapest(s.hybrids)
	return hybrid != nil && isWorthIt(hybrid, best)
}

// confirmSingles confirms the single homes that are shown.
func (s *search) confirmSingles(ctx context.Context, at level) error {
	for {
		open := s.unconfirmed(at.on, s.winners(!at.hybrid))
		if len(open) == 0 {
			return nil
		}
		if err := s.confirmAll(ctx, at, open); err != nil {
			return err
		}
	}
}

// unconfirmed are the candidates that rest on a smaller part of the traffic than an evaluator's.
func (s *search) unconfirmed(on *evaluator, list []*Candidate) []*Candidate {
	return slices.DeleteFunc(slices.Clone(list), func(c *Candidate) bool {
		return c.by == nil || slices.Index(s.levels, c.by) >= slices.Index(s.levels, on)
	})
}

// confirmAll confirms several candidates at once.
func (s *search) confirmAll(ctx context.Context, at level, list []*Candidate) error {
	s.progress.expect(len(list))
	again := make([][]*Candidate, len(list))
	err := s.parallel(ctx, len(list), func(ctx context.Context, i int) (err error) {
		defer s.progress.step()
		again[i], err = at.confirm(ctx, s.groupOf(list[i]), list[i])
		return err
	})
	for i, found := range again {
		g := s.groupOf(list[i])
		for _, c := range found {
			g.replace(c)
		}
	}
	return err
}

// confirm climbs a candidate again. Where no step from it is feasible, its family is sized again from the size found so far,
// and climbed from that; of a cluster all families of the offer, because an autoscaled one is sized from the fixed one.
func (at level) confirm(ctx context.Context, g *group, c *Candidate) ([]*Candidate, error) {
	list, err := at.climbFrom(ctx, g, c)
	if err != nil || list[0].suffices() || at.on.affordableSteps() < raiseEvaluations {
		return list, err
	}
	sized, err := at.on.sizeAgain(ctx, g, c)
	if err != nil {
		return nil, err
	}
	list = nil
	for _, c := range sized {
		climbed := []*Candidate{c}
		if c.suffices() {
			if climbed, err = at.climbFrom(ctx, g, c); err != nil {
				return nil, err
			}
		}
		list = append(list, climbed...)
	}
	return list, nil
}

// climbFrom climbs from a candidate. Where fixed replicas become an HPA or the other way round, the start stands beside what
// it came to, as another family of the group.
func (at level) climbFrom(ctx context.Context, g *group, start *Candidate) ([]*Candidate, error) {
	end, err := at.on.climb(ctx, start, at.opt)
	if err == nil && end == start { // it was not run
		end, err = at.on.candidateOn(ctx, start, start.layout(), start.chosen)
	}
	if err != nil {
		return nil, err
	}
	end.climbed = true
	if !g.settleFamily(start, end) {
		return []*Candidate{end}, nil
	}
	again, err := at.on.candidateOn(ctx, start, start.layout(), start.chosen)
	if err != nil {
		return nil, err
	}
	again.climbed = true
	return []*Candidate{end, again}, nil
}

func (e *evaluator) sizeAgain(ctx context.Context, g *group, c *Candidate) ([]*Candidate, error) {
	families := g.families
	if c.Side == SideServerless {
		families = []*family{c.family}
	}
	again := &group{}
	for _, f := range families {
		hinted := *f
		if c := g.candidateOf(f); c != nil {
			hinted.hint = c.size
		}
		again.families = append(again.families, &hinted)
	}
	if err := e.searchGroup(ctx, again); err != nil {
		return nil, err
	}
	for _, c := range again.candidates {
		c.family = families[slices.Index(again.families, c.family)]
	}
	return again.candidates, nil
}

// shownEffort is about how many requests, if service is batched, are simulated to confirm what is shown beside the winners.
const shownEffort = 8_000_000

// confirmShown confirms the alternatives, and what may still be cheaper than the best, as far as that takes little time
// beside the search. What is left rests on the sample, and says so.
func (s *search) confirmShown(ctx context.Context) error {
	if s.quick == s.full {
		return nil
	}
	confirmed := int64(0)
	at := level{on: s.full, opt: climbOptions{screen: []*evaluator{s.quick.lenient()}}}
	for {
		if err := s.rank(); err != nil {
			return err
		}
		shown := append(s.plan.Alternatives(), s.plan.rivals()...)
		open := s.unconfirmed(s.full, slices.DeleteFunc(compact(shown...), func(c *Candidate) bool { return c.Side == SideHybrid }))
		confirmed += int64(len(open)) * s.full.traffic.Requests
		if len(open) == 0 || confirmed > affordable(s.spec, shownEffort) {
			return nil
		}
		if err := s.confirmAll(ctx, at, open); err != nil {
			return err
		}
	}
}

// answerRequests is from how many requests on, if service is batched, a search takes so long that it tells the verdict so far.
const answerRequests = 500_000

// answer tells the verdict so far of a long search, if it is another than was told before.
func (s *search) answer(context.Context) error {
	if s.in.Answer == nil || s.full.traffic.Requests < affordable(s.spec, answerRequests) {
		return nil
	}
	if err := s.rank(); err != nil {
		return err
	}
	text := fmt.Sprintf("so far no arrangement meets the objectives of %s on a sample", s.plan.Model)
	if best := s.plan.Best; best != nil {
		text = fmt.Sprintf("so far: serve %s %s, for %s a month", s.plan.Model, best.Describe(), best.Cost())
	}
	if text != s.told {
		s.told = text
		s.in.Answer(text)
	}
	return nil
}

// hasAnswer reports whether anything was found that a plan can show.
func (s *search) hasAnswer() bool { return len(s.found(func(*Candidate) bool { return true })) > 0 }

func (g *group) candidateOf(f *family) *Candidate {
	for _, c := range g.candidates {
		if c.family == f {
			return c
		}
	}
	return nil
}

// replace puts a candidate in the place of the one of the same family, if there is one.
func (g *group) replace(c *Candidate) {
	if old := g.candidateOf(c.family); old != nil {
		g.candidates[slices.Index(g.candidates, old)] = c
		return
	}
	g.candidates = append(g.candidates, c)
}

// winners are the single homes that the verdict shows, with the second best or without.
func (s *search) winners(second bool) []*Candidate { return places(s.found, second) }

// places are the candidates of a pool that a verdict shows: the best, then with second the best on another offer, then the
// best of either side, each once.
func places(pool func(keep func(*Candidate) bool) []*Candidate, second bool) []*Candidate {
	best := cheapest(pool(func(*Candidate) bool { return true }))
	if best == nil {
		return nil
	}
	list := []*Candidate{best}
	if second {
		list = append(list, cheapest(pool(func(c *Candidate) bool { return c.Offer != best.Offer })))
	}
	for _, side := range []Side{SideCluster, SideServerless} {
		list = append(list, cheapest(pool(func(c *Candidate) bool { return c.Side == side })))
	}
	return compact(list...)
}
