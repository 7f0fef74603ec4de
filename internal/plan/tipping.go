package plan

import (
	"context"
	"math"
	"slices"
	"sync"

	"fulcrum.dev/fulcrum/internal/unit"
	"fulcrum.dev/fulcrum/internal/workload"
)

const (
	// tippingRange bounds the factors by which traffic is scaled, either way.
	tippingRange = 64
	// tippingRequests is about how many requests one point of the curve is simulated with, where the trace can be sampled;
	// tippingMost is where the search upwards stops on one that cannot.
	tippingRequests = 20_000
	tippingMost     = 400_000
	// tippingSteps halvings of a doubling leave the factor within 2 %.
	tippingSteps = 5
)

// tip looks for the factor of today's traffic, nearest to 1, at which the cheaper side changes.
func (s *search) tip(ctx context.Context) error {
	p := s.plan
	if p.BestCluster == nil || p.BestServerless == nil {
		return nil
	}
	t := &tipping{search: s, groups: s.contenders(), sized: map[*family]float64{}}
	for _, g := range t.groups {
		t.remember(g, g.families, 1)
	}
	s.progress.expect(int(math.Log2(tippingRange)) + tippingSteps)
	p.Tipping = &Tipping{From: 1, To: 1}
	p.Tipping.Naive, p.Tipping.NaiveNote = s.full.traffic.naive(p.BestCluster, p.BestServerless)
	err := t.find(ctx, p.Tipping)
	slices.SortFunc(t.curve, func(a, b TippingPoint) int { return int(math.Copysign(1, a.Factor-b.Factor)) })
	p.Tipping.Curve = t.curve
	return err
}

// tipping is the search for one tipping point.
type tipping struct {
	*search
	groups []*group
	curve  []TippingPoint
	// sized is the number that each family had at the factor where it was last
	// sized, as a multiple of that factor: a first guess at the next.
	mu    sync.Mutex
	sized map[*family]float64
}

// point is the cheapest feasible candidate of either side at one factor.
type point struct {
	factor              float64
	cluster, serverless *Candidate
}

// cheaper is the side that costs less; a side without a feasible arrangement costs infinitely much.
func (p point) cheaper() Side {
	if p.cluster == nil || p.serverless != nil && p.serverless.Monthly.Less(p.cluster.Monthly) {
		return SideServerless
	}
	return SideCluster
}

func (t *tipping) find(ctx context.Context, result *Tipping) error {
	now := point{factor: 1, cluster: t.plan.BestCluster, serverless: t.plan.BestServerless}
	t.record(now)
	growth := 2.0
	if now.cheaper() == SideCluster {
		growth = 0.5
	}
	last := now
	for next := growth; next <= tippingRange && next >= 1.0/tippingRange; next *= growth {
		if n := t.requestsAt(next); n < 1 || n > float64(affordable(t.spec, tippingMost)) {
			break
		}
		p, err := t.at(ctx, next)
		if err != nil {
			return err
		}
		if p.cluster == nil && p.serverless == nil {
			break
		}
		result.From, result.To = min(result.From, next), max(result.To, next)
		if p.cheaper() != now.cheaper() {
			return t.narrow(ctx, last, p, result)
		}
		last = p
	}
	fill(result, last)
	result.Cheaper = now.cheaper()
	return nil
}

// requestsAt is how many requests a point at a factor is simulated with.
func (t *tipping) requestsAt(factor float64) float64 {
	whole := float64(t.full.traffic.Requests) * factor
	return max(min(whole, tippingRequests), whole/float64(t.full.traffic.mostSampled()))
}

// narrow bisects between two factors on whose sides the cheaper side differs.
func (t *tipping) narrow(ctx context.Context, same, other point, result *Tipping) error {
	was := same.cheaper()
	for range tippingSteps {
		p, err := t.at(ctx, math.Sqrt(same.factor*other.factor))
		if err != nil {
			return err
		}
		if p.cheaper() == was {
			same = p
		} else {
			other = p
		}
	}
	above := same
	if other.factor > same.factor {
		above = other
	}
	result.Found = true
	result.Factor = math.Sqrt(same.factor * other.factor)
	result.Rate = unit.Rate(result.Factor * float64(t.full.traffic.Rate))
	result.Cheaper = above.cheaper()
	shown := other
	if shown.cluster == nil || shown.serverless == nil {
		shown = same
	}
	fill(result, shown)
	return nil
}

func fill(result *Tipping, p point) {
	if p.cluster != nil {
		result.Cluster, result.ClusterMonthly, result.Utilisation = p.cluster.Offer, p.cluster.Monthly, p.cluster.Outcome.Utilisation
	}
	if p.serverless != nil {
		result.Serverless, result.ServerlessMonthly = p.serverless.Offer, p.serverless.Monthly
	}
}

// at sizes the contenders under the traffic times a factor.
func (t *tipping) at(ctx context.Context, factor float64) (point, error) {
	defer t.progress.step()
	e, err := t.scaled(factor)
	if err != nil {
		return point{}, err
	}
	p := point{factor: factor}
	sides := []struct {
		side Side
		best **Candidate
	}{{SideCluster, &p.cluster}, {SideServerless, &p.serverless}}
	err = t.parallel(ctx, len(sides), func(ctx context.Context, i int) (err error) {
		*sides[i].best, err = t.cheapestOf(ctx, e, sides[i].side, factor)
		return err
	})
	if err != nil {
		return point{}, err
	}
	t.record(p)
	return p, nil
}

// cheapestOf sizes the groups of one side, the least floor first, and leaves out
// those whose floor is above the best so far. It returns nil when none is feasible.
func (t *tipping) cheapestOf(ctx context.Context, e *evaluator, side Side, factor float64) (*Candidate, error) {
	own := map[*group]*group{} // copies, and what they are copies of
	var order []*group
	for _, g := range t.groups {
		if sideOf(g.families[0].offer.Kind) != side {
			continue
		}
		copied, err := t.rebound(e, g, factor)
		if err != nil {
			return nil, err
		}
		own[copied] = g
		order = append(order, copied)
	}
	slices.SortStableFunc(order, func(a, b *group) int { return a.floor.Cmp(b.floor.Decimal) })
	var best *Candidate
	for _, g := range order {
		if best != nil && !g.floor.Less(best.Monthly) {
			continue
		}
		if err := e.searchGroup(ctx, g); err != nil {
			return nil, err
		}
		t.remember(g, own[g].families, factor)
		for _, c := range g.candidates {
			if c.Status == Feasible && (best == nil || c.Monthly.Less(best.Monthly)) {
				best = c
			}
		}
	}
	return best, nil
}

// rebound copies a group, with floors for the evaluator's traffic and guesses at its sizes.
func (t *tipping) rebound(e *evaluator, g *group, factor float64) (*group, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := &group{}
	for _, f := range g.families {
		copied := *f
		copied.hint = int(math.Round(t.sized[f] * factor))
		out.families = append(out.families, &copied)
	}
	return out, e.boundGroup(out)
}

// remember keeps the sizes found for a group's families, which stand for the given originals.
func (t *tipping) remember(g *group, originals []*family, factor float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range g.candidates {
		if i := slices.Index(g.families, c.family); i >= 0 {
			t.sized[originals[i]] = float64(c.size) / factor
		}
	}
}

// scaled returns an evaluator on the traffic, or a sample of it, times a factor.
func (t *tipping) scaled(factor float64) (*evaluator, error) {
	base, err := t.sampled(int64(tippingRequests/factor)+1, sampleMemory)
	if err != nil {
		return nil, err
	}
	load, err := workload.Scale(base.load, factor, seed(t.spec))
	if err != nil {
		return nil, err
	}
	if load, err = workload.Cache(load, sampleMemory); err != nil {
		return nil, err
	}
	traffic, err := describe(load)
	if err != nil {
		return nil, err
	}
	return newEvaluator(t.in, load, traffic), nil
}

func (t *tipping) record(p point) {
	tp := TippingPoint{Factor: p.factor, Rate: unit.Rate(p.factor * float64(t.full.traffic.Rate))}
	if p.cluster != nil {
		tp.ClusterOffer, tp.ClusterMonthly, tp.Utilisation = p.cluster.Offer, &p.cluster.Monthly, p.cluster.Outcome.Utilisation
	}
	if p.serverless != nil {
		tp.ServerlessOffer, tp.ServerlessMonthly = p.serverless.Offer, &p.serverless.Monthly
	}
	t.curve = append(t.curve, tp)
}
