package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// attempt is an arrangement of a point with more traffic, tried on a point with less.
type attempt struct {
	below *point
	of    *Candidate
}

// straighten keeps the curve of each side from falling with more traffic, now that there is a point p, whose evaluator is e:
// an arrangement that serves more for less is tried on the less. Where a sample still says otherwise, that is its error.
// Elsewhere a fall stays only where the arrangement fails with less traffic or costs no less there: t.tried knows which.
func (t *tipping) straighten(ctx context.Context, e *evaluator, p *point) error {
	points := sorted(append(slices.Clone(t.points), p))
	for _, side := range []Side{SideCluster, SideServerless} {
		for j := len(points) - 1; j > 0; j-- { // what is above j is settled, so that j is
			for i := j - 1; i >= 0; i-- {
				if !falls(points[i], points[j], side) {
					continue
				}
				on := e
				if points[i] != p {
					on = nil
				}
				if err := t.lower(ctx, on, points[i], points[j], side); err != nil {
					return err
				}
			}
		}
		if p.sample != "" {
			t.flatten(p, side)
		}
	}
	return nil
}

func sorted(points []*point) []*point {
	slices.SortFunc(points, func(a, b *point) int { return cmp.Compare(a.factor, b.factor) })
	return points
}

// falls reports whether a side costs less at the point above, or is feasible there only.
func falls(below, above *point, side Side) bool {
	less, more := *below.side(side), *above.side(side)
	return more != nil && (less == nil || less.cost > more.cost)
}

// flatten takes for a point that is estimated the cost of those that it contradicts.
func (t *tipping) flatten(p *point, side Side) {
	for _, other := range t.points {
		below, above := p, other
		if other.factor < p.factor {
			below, above = other, p
		}
		if own, known := *p.side(side), *other.side(side); own != nil && known != nil && falls(below, above, side) {
			own.cost = known.cost
		}
	}
}

// lower tries the arrangement of the point above on the one below, once, and takes it if it is cheaper there. The evaluator
// of the point below is made where it is nil.
func (t *tipping) lower(ctx context.Context, e *evaluator, below, above *point, side Side) error {
	c := (*above.side(side)).Candidate
	if _, known := t.tried[attempt{below, c}]; known {
		return nil
	}
	var err error
	switch {
	case e != nil:
	case below.factor == 1:
		e = t.full
	default:
		if e, _, err = t.evaluators(ctx, below.factor); err != nil {
			return err
		}
	}
	again, err := e.evaluate(ctx, c.layout(), false)
	if err != nil {
		return err
	}
	t.tried[attempt{below, c}] = again
	at := *below.side(side)
	if again.Status != Feasible || at != nil && !again.Monthly.Less(at.Monthly) {
		return nil
	}
	again.Variant, again.family, again.size, again.chosen = c.Variant, c.family, c.size, c.chosen
	cheaper := asSide(again)
	if at != nil {
		cheaper.cost *= at.cost / at.Monthly.Float64() // as the sample was corrected
	}
	*below.side(side) = cheaper
	if below.factor != 1 {
		return nil
	}
	if g := t.groupWith(c.family); g != nil {
		g.replace(again)
	}
	return t.rank()
}

// notes say why a side costs more at a point than at the next one.
func (t *tipping) notes(p, next *point) []string {
	var notes []string
	for _, side := range []Side{SideCluster, SideServerless} {
		if *p.side(side) == nil || !falls(p, next, side) {
			continue
		}
		c := (*next.side(side)).Candidate
		why := "the requests of one are not those of the other"
		switch again := t.tried[attempt{p, c}]; {
		case again == nil:
		case again.Status != Feasible:
			why = fmt.Sprintf("%s %s, as there, misses the objectives with this traffic", c.Offer, c.Short())
		default:
			why = fmt.Sprintf("%s %s, as there, costs %s $ with this traffic: requests and run times are drawn anew at each factor",
				c.Offer, c.Short(), again.Monthly.Dollars())
		}
		notes = append(notes, fmt.Sprintf("the %s home costs more than at %.4g times today's traffic: %s", side, next.factor, why))
	}
	return notes
}
