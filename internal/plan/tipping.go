package plan

import (
	"context"
	"math"
	"slices"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

const (
	// tippingRange bounds the factors by which traffic is scaled, either way.
	tippingRange = 64
	// tippingRequests is up to about how many requests a point of the curve is simulated with, if service is batched.
	tippingRequests = 100_000
	// tippingGrowth is the ratio of two factors that are tried one after the other, and tippingSteps halvings leave the one
	// between them at which the side changes within 20 %, before it is interpolated.
	tippingGrowth = 4
	tippingSteps  = 3
	// tippingNearby is the ratio up to which two factors are one point: between traffic so nearly the same, costs differ by
	// chance.
	tippingNearby = 1.05
)

// tip looks for the factor of today's traffic, nearest to 1, at which the cheaper side changes.
func (s *search) tip(ctx context.Context) error {
	if err := s.rank(); err != nil {
		return err
	}
	p := s.plan
	if p.BestCluster == nil || p.BestServerless == nil || s.in.sidesOnly {
		return nil
	}
	t := &tipping{search: s, tried: map[attempt]*Candidate{}}
	for _, side := range []Side{SideCluster, SideServerless} {
		list, err := s.contenders(ctx, side)
		if err != nil {
			return err
		}
		t.contenders = append(t.contenders, list)
	}
	s.progress.expect(int(math.Log(tippingRange)/math.Log(tippingGrowth)) + tippingSteps)
	result := &Tipping{From: 1, To: 1}
	result.Naive, result.NaiveNote = s.full.traffic.naive(p.BestCluster, p.BestServerless)
	if err := t.find(ctx, result); err != nil {
		return err
	}
	t.settle(result)
	p.Tipping = result
	return nil
}

// tipping is the search for one tipping point.
type tipping struct {
	*search
	contenders [][]*contender // of the cluster and of the serverless side
	points     []*point
	// tried is what came of each attempt to serve less traffic with the arrangement for more.
	tried map[attempt]*Candidate
	shown *point // at the tipping point, or nil
}

// point is the cheapest feasible arrangement of either side at one factor.
type point struct {
	factor              float64
	cluster, serverless *sidePoint
	sample              string
}

// sidePoint is a side of a point.
type sidePoint struct {
	*Candidate
	// cost is in USD a month: the candidate's own, or of an estimate what makes it continuous with today's.
	cost float64
}

func asSide(c *Candidate) *sidePoint {
	if c == nil {
		return nil
	}
	return &sidePoint{Candidate: c, cost: c.Monthly.Float64()}
}

func (p *point) side(s Side) **sidePoint {
	if s == SideCluster {
		return &p.cluster
	}
	return &p.serverless
}

// cheaper is the side that costs less; a side without a feasible arrangement costs infinitely much.
func (p *point) cheaper() Side {
	if p.cluster == nil || p.serverless != nil && p.serverless.cost < p.cluster.cost {
		return SideServerless
	}
	return SideCluster
}

func (t *tipping) find(ctx context.Context, result *Tipping) error {
	now := &point{factor: 1, cluster: asSide(t.plan.BestCluster), serverless: asSide(t.plan.BestServerless)}
	t.points = append(t.points, now)
	growth := float64(tippingGrowth)
	if now.cheaper() == SideCluster {
		growth = 1 / growth
	}
	last := now
	for next := growth; next <= tippingRange && next >= 1.0/tippingRange; next *= growth {
		p, err := t.at(ctx, next)
		if err != nil {
			return err
		}
		if p == nil || p.cluster == nil && p.serverless == nil {
			break
		}
		result.From, result.To = min(result.From, next), max(result.To, next)
		if p.cheaper() != now.cheaper() {
			return t.narrow(ctx, last, p, result)
		}
		last = p
	}
	return nil
}

// narrow bisects between two factors on whose sides the cheaper side differs, and tells where their costs cross between the last two.
func (t *tipping) narrow(ctx context.Context, same, other *point, result *Tipping) error {
	was := same.cheaper()
	for range tippingSteps {
		p, err := t.at(ctx, math.Sqrt(same.factor*other.factor))
		if err != nil {
			return err
		}
		if p == nil {
			break
		}
		if p.cheaper() == was {
			same = p
		} else {
			other = p
		}
	}
	p, err := t.near(ctx, crossing(same, other)) // where both cost about the same
	if err != nil {
		return err
	}
	if p != nil && p.cheaper() == was {
		same = p
	} else if p != nil {
		other = p
	}
	t.shown = p
	result.Found = true
	result.Factor = crossing(same, other)
	result.Rate = unit.Rate(result.Factor * float64(t.full.traffic.Rate))
	return nil
}

// near is the point at a factor, or one that is known and so near that it says the same.
func (t *tipping) near(ctx context.Context, factor float64) (*point, error) {
	for _, p := range t.points {
		if max(p.factor/factor, factor/p.factor) <= tippingNearby {
			return p, nil
		}
	}
	return t.at(ctx, factor)
}

// crossing is the factor between two points at which the sides cost the same, if costs grow like powers of the traffic between
// them; the middle where a side has no cost at one of them.
func crossing(a, b *point) float64 {
	middle := math.Sqrt(a.factor * b.factor)
	if a.cluster == nil || a.serverless == nil || b.cluster == nil || b.serverless == nil {
		return middle
	}
	at, bt := math.Log(a.serverless.cost/a.cluster.cost), math.Log(b.serverless.cost/b.cluster.cost)
	if at == bt {
		return middle
	}
	share := min(max(at/(at-bt), 0), 1)
	return a.factor * math.Pow(b.factor/a.factor, share)
}

// settle fills in what is told of the curve: its points in order, and the sides at the tipping point or at the end of the range.
func (t *tipping) settle(result *Tipping) {
	for i, p := range sorted(t.points) {
		told := t.tell(p)
		if i+1 < len(t.points) {
			told.Notes = t.notes(p, t.points[i+1])
		}
		result.Curve = append(result.Curve, told)
	}
	first, last := t.points[0], t.points[len(t.points)-1]
	shown := last
	if first.factor < 1 {
		shown = first
	}
	result.Cheaper = shown.cheaper()
	if result.Found {
		shown, result.Cheaper = t.around(result.Factor)
	}
	if p := t.shown; p != nil && p.cluster != nil && p.serverless != nil {
		shown = p
	}
	if c := shown.cluster; c != nil {
		result.Cluster, result.ClusterMonthly, result.Utilisation = c.Offer, dollars(c.cost), c.Outcome.Utilisation
	}
	if c := shown.serverless; c != nil {
		result.Serverless, result.ServerlessMonthly = c.Offer, dollars(c.cost)
	}
}

// around returns the point next to a factor, one with both sides if there is one, and the side that is cheaper above it.
func (t *tipping) around(factor float64) (*point, Side) {
	i := slices.IndexFunc(t.points, func(p *point) bool { return p.factor > factor })
	below, above := t.points[i-1], t.points[i]
	if above.cluster == nil || above.serverless == nil {
		return below, above.cheaper()
	}
	return above, above.cheaper()
}

func (t *tipping) tell(p *point) TippingPoint {
	tp := TippingPoint{Factor: p.factor, Rate: unit.Rate(p.factor * float64(t.full.traffic.Rate)), Sample: p.sample}
	if c := p.cluster; c != nil {
		tp.ClusterOffer, tp.Utilisation = c.Offer, c.Outcome.Utilisation
		tp.ClusterSettings, tp.ClusterMonthly = p.told(c)
	}
	if c := p.serverless; c != nil {
		tp.ServerlessOffer = c.Offer
		tp.ServerlessSettings, tp.ServerlessMonthly = p.told(c)
	}
	for _, c := range []*sidePoint{p.cluster, p.serverless} { // today's may not be confirmed on all of the traffic
		if c != nil && c.Estimate != nil && tp.Sample == "" {
			tp.Sample = c.Estimate.Sample
		}
	}
	return tp
}

// told are the settings of a side, and its cost as the curve has it; of an estimate the cost alone.
func (p *point) told(c *sidePoint) (*v1alpha1.Home, *unit.Money) {
	if p.sample == "" && c.Estimate == nil {
		return new(c.Settings), new(c.Monthly)
	}
	return nil, new(dollars(c.cost))
}
