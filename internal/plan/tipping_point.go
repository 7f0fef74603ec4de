package plan

import (
	"context"
	"math"
	"slices"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// at finds the point at a factor, or nil where it would take too long.
func (t *tipping) at(ctx context.Context, factor float64) (*point, error) {
	defer t.progress.step()
	e, today, err := t.evaluators(ctx, factor)
	if err != nil || e == nil {
		return nil, err
	}
	p := &point{factor: factor, sample: e.sample}
	sides := []Side{SideCluster, SideServerless}
	err = t.parallel(ctx, len(sides), func(ctx context.Context, i int) error {
		best, err := t.cheapestOf(ctx, e, t.contenders[i], factor)
		if err != nil {
			return err
		}
		joined, err := t.joining(ctx, e, sides[i], t.contenders[i], best)
		for _, c := range joined {
			t.contenders[i] = append(t.contenders[i], &contender{last: c, factor: factor})
		}
		if best = cheapest(append(compact(best), joined...)); err != nil || best == nil {
			return err
		}
		*p.side(sides[i]), err = t.continued(ctx, today, sides[i], best)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := t.straighten(ctx, e, p); err != nil {
		return nil, err
	}
	t.points = append(t.points, p)
	return p, nil
}

// evaluators returns one on the traffic times a factor, or on a sample of it, and then another on the same sample as it is
// today; none where neither is small enough.
func (t *tipping) evaluators(ctx context.Context, factor float64) (then, today *evaluator, err error) {
	traffic, requests := t.full.traffic, float64(affordable(t.spec, tippingRequests))
	all := float64(traffic.Requests) * factor
	if all > requests {
		then, today, err = t.sampledTwice(ctx, t.in.Workload, traffic, factor, affordable(t.spec, searchRequests/2))
		if err != nil || then != nil || all > tippingEffort*requests {
			return then, today, err
		}
	}
	load, err := scaled(t.full.strata[0].load, factor, seed(t.spec))
	if err != nil {
		return nil, nil, err
	}
	if traffic, err = describe(ctx, load); err != nil || traffic.Requests == 0 {
		return nil, nil, err
	}
	return newEvaluator(t.in, load, traffic), nil, nil
}

// tippingEffort is how many times tippingRequests a point may take where it cannot be sampled, or with shorter blocks.
const tippingEffort = 2.5

// continued is a side at a point. What is estimated on a sample is corrected by what the sample makes of the side's best
// arrangement today, so that the curve goes through what it is known to cost.
func (t *tipping) continued(ctx context.Context, today *evaluator, side Side, c *Candidate) (*sidePoint, error) {
	p := asSide(c)
	if today == nil {
		return p, nil
	}
	now := *t.points[0].side(side)
	again, err := today.evaluate(ctx, now.layout(), true)
	if err != nil || again.Monthly.Float64() == 0 {
		return p, err
	}
	p.cost *= now.cost / again.Monthly.Float64()
	return p, nil
}

// contender is an offer that may be the cheapest of its side at another factor.
type contender struct {
	// last is the arrangement that it came to at the factor where it was last tried.
	last   *Candidate
	factor float64
}

// cheapestOf finds the cheapest arrangement on the contenders of a side, or nil where none is feasible. Each begins with the
// settings that it came to before, with numbers that follow the traffic. Left out is what cannot be cheaper than the best so
// far: by its floor, or because it costs more than that with less traffic.
func (t *tipping) cheapestOf(ctx context.Context, e *evaluator, contenders []*contender, factor float64) (*Candidate, error) {
	order := slices.Clone(contenders)
	slices.SortStableFunc(order, func(a, b *contender) int { return compareCost(a.last, b.last) })
	var best *Candidate
	for _, k := range order {
		f := *k.last.family
		if err := e.bound(&f); err != nil {
			return nil, err
		}
		opt := climbOptions{evaluations: tippingEvaluations}
		if best != nil {
			if opt.bound = best.Monthly.Float64(); f.floor.Float64() >= opt.bound || k.factor < factor && k.last.Monthly.Float64() >= opt.bound {
				continue
			}
		}
		c, err := e.followed(ctx, k.last, factor/k.factor, opt)
		if err != nil {
			return nil, err
		}
		if c == nil || c.Status != Feasible {
			continue
		}
		k.last, k.factor = c, factor
		if best == nil || c.Monthly.Less(best.Monthly) {
			best = c
		}
	}
	return t.transferred(ctx, e, contenders, best, factor)
}

// transferred tries the best arrangement on the other contenders' offers, and climbs from where it is cheapest.
func (t *tipping) transferred(ctx context.Context, e *evaluator, contenders []*contender, best *Candidate, factor float64) (*Candidate, error) {
	if best == nil {
		return nil, nil
	}
	var others []*Candidate
	for _, k := range contenders {
		others = append(others, k.last)
	}
	moved, err := e.transfer(ctx, best, others)
	if err != nil || moved == best {
		return best, err
	}
	if moved, err = e.climb(ctx, moved, climbOptions{evaluations: tippingEvaluations}); err != nil {
		return nil, err
	}
	for _, k := range contenders {
		if k.last.family == moved.family {
			k.last, k.factor = moved, factor
		}
	}
	return moved, nil
}

// tippingEvaluations bounds what is tried on one contender at one factor.
const tippingEvaluations = 24

// followed climbs from an arrangement with numbers that follow the traffic as it grows by a ratio; nil where they cannot be.
func (e *evaluator) followed(ctx context.Context, c *Candidate, ratio float64, opt climbOptions) (*Candidate, error) {
	starts := [][]v1alpha1.Home{c.chosen} // where following leads nowhere
	if !c.family.exact {
		homes := slices.Clone(c.chosen)
		homes[0] = followTraffic(homes[0], c.family, ratio, quotaOr(e.spec, c.family.offer))
		starts = [][]v1alpha1.Home{homes, c.chosen}
	}
	var end *Candidate
	for _, homes := range starts {
		l, ok := e.layoutFor(c, homes)
		if !ok {
			continue
		}
		start, err := e.candidateOn(ctx, c, l, homes)
		if err != nil {
			return nil, err
		}
		if end, err = e.climb(ctx, start, opt); err != nil || end.Status == Feasible {
			return end, err
		}
	}
	return end, nil
}

// followTraffic multiplies the numbers in settings that the user has not given, within the quota.
func followTraffic(h v1alpha1.Home, f *family, ratio float64, quota int) v1alpha1.Home {
	times := func(n int) int { return min(int(math.Ceil(float64(n)*ratio-1e-9)), max(n, quota)) }
	given := f.given
	switch {
	case h.Container != nil:
		return withContainer(h, func(k *v1alpha1.ContainerHome) {
			if k.MinInstances != nil {
				k.MinInstances = new(max(f.min, times(*k.MinInstances)))
			}
			if given.Container == nil || given.Container.MaxInstances == 0 {
				k.MaxInstances = times(k.MaxInstances)
			}
		})
	case h.Function != nil:
		return withFunction(h, func(p *v1alpha1.FunctionHome) {
			if p.ProvisionedConcurrency != nil {
				p.ProvisionedConcurrency = new(min(max(f.min, times(*p.ProvisionedConcurrency)), max(f.max, *p.ProvisionedConcurrency)))
			}
		})
	}
	return withCluster(h, func(c *v1alpha1.ClusterHome) {
		if c.Replicas != nil {
			c.Replicas = new(max(f.min, times(*c.Replicas)))
		}
		if c.Autoscaler != nil && (given.Cluster == nil || given.Cluster.Autoscaler == nil) {
			a := *c.Autoscaler
			a.Max = max(times(a.Max), *c.Replicas)
			c.Autoscaler = &a
		} else if c.Autoscaler != nil && c.Replicas != nil && c.Autoscaler.Max > 0 {
			c.Replicas = new(min(*c.Replicas, c.Autoscaler.Max))
		}
	})
}
