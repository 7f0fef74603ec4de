package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// size finds the family's smallest feasible number and returns that candidate,
// or the infeasible one at the largest number that is worth trying. It gallops
// away from a guess until the answer is bracketed, then bisects: a good guess costs three or four simulations.
func (e *evaluator) size(ctx context.Context, f *family) (*Candidate, error) {
	if f.exact || f.min >= f.max {
		return e.tryAt(ctx, f, f.min, true)
	}
	low, guess, high, err := e.bracket(f)
	if err != nil {
		return nil, err
	}
	best, err := e.tryAt(ctx, f, guess, false)
	if err != nil {
		return nil, err
	}
	if !best.suffices() {
		low, best, err = e.gallopUp(ctx, f, guess, high)
	} else if settled, failed := e.settled(ctx, f, low, best); settled || failed != nil {
		low, err = best.size, failed
	} else {
		low, best, err = e.gallopDown(ctx, f, low, best)
	}
	if err != nil || !best.suffices() {
		return best, err
	}
	if best, err = e.bisect(ctx, f, low, best); err != nil {
		return nil, err
	}
	return e.cheaperAbove(ctx, f, high, best)
}

// suffices reports whether a candidate meets every objective but the budget,
// which more capacity cannot help.
func (c *Candidate) suffices() bool {
	return !slices.ContainsFunc(c.Objectives, func(o Attainment) bool { return !o.Met && o.Objective != monthlyBudget })
}

// bisect finds the smallest feasible number from low up to that of a feasible candidate.
func (e *evaluator) bisect(ctx context.Context, f *family, low int, best *Candidate) (*Candidate, error) {
	for high := best.size; low < high; { // high is feasible, all below low are not
		mid := low + (high-low)/2
		c, err := e.tryAt(ctx, f, mid, false)
		if err != nil {
			return nil, err
		}
		if c.suffices() {
			best, high = c, mid
		} else {
			low = mid + 1
		}
	}
	return best, nil
}

// cheaperAbove goes up from the smallest feasible number while that is cheaper: warm capacity can save more cold starts,
// or dearer run time, than it costs. The cost falls and then rises, so that its lowest is bracketed by growing steps
// and then halved towards. Numbers whose floor is too dear are not simulated.
func (e *evaluator) cheaperAbove(ctx context.Context, f *family, high int, best *Candidate) (*Candidate, error) {
	if f.offer.Kind == catalog.KindNode {
		return best, nil // a replica more is never cheaper
	}
	start, step := best.size, 1
	for ; best.size < high; step *= 2 {
		c, err := e.tryCheaper(ctx, f, min(high, best.size+step), best)
		if err != nil {
			return nil, err
		}
		if c == nil {
			break
		}
		best = c
	}
	for step /= 2; step > 0; step /= 2 {
		for _, n := range []int{best.size + step, best.size - step} {
			if n <= start || n > high {
				continue
			}
			c, err := e.tryCheaper(ctx, f, n, best)
			if err != nil {
				return nil, err
			}
			if c != nil {
				best = c
				break
			}
		}
	}
	return best, nil
}

// tryCheaper tries a number that may be cheaper than a candidate; it returns nil when it is not, or too little.
func (e *evaluator) tryCheaper(ctx context.Context, f *family, n int, than *Candidate) (*Candidate, error) {
	a, err := arrange.Build(e.spec, f.offer, f.with(n), e.in.Catalog)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.offer.Key(), err)
	}
	floor, err := e.floorOf(on(a))
	if err != nil || floor >= than.Monthly.Float64() {
		return nil, err
	}
	c, err := e.tryAt(ctx, f, n, false)
	if err != nil || !c.suffices() || !c.Monthly.Less(than.Monthly) {
		return nil, err
	}
	return c, nil
}

// noBetter reports whether a family of a smaller batch than that of a feasible candidate need not be sized: with one
// instance less, where there is one, it is too little, and without one it is no cheaper. A smaller batch is faster,
// so that it can need fewer instances, and dearer, so that it saves nothing else.
func (e *evaluator) noBetter(ctx context.Context, f *family, fuller *Candidate) (bool, error) {
	if fuller == nil || f.exact {
		return false, nil
	}
	c, err := e.tryCheaper(ctx, f, max(f.min, fuller.size-1), fuller)
	return c == nil, err
}

// settled reports whether the hint of a family of warm capacity still stands, because one less is dearer or too
// little: what cheaperAbove had found from below need not be climbed to again.
func (e *evaluator) settled(ctx context.Context, f *family, low int, best *Candidate) (bool, error) {
	if f.offer.Kind == catalog.KindNode || f.hint == 0 || best.size <= low {
		return false, nil
	}
	below, err := e.tryAt(ctx, f, best.size-1, false)
	if err != nil {
		return false, err
	}
	return !below.suffices() || best.Monthly.Less(below.Monthly), nil
}

// gallopDown goes down from a feasible candidate in growing steps. It returns
// the number below which all are infeasible, and the last feasible candidate.
func (e *evaluator) gallopDown(ctx context.Context, f *family, low int, best *Candidate) (int, *Candidate, error) {
	for step := firstStep(best.size); best.size > low; step *= 2 {
		n := max(low, best.size-step)
		c, err := e.tryAt(ctx, f, n, false)
		if err != nil {
			return 0, nil, err
		}
		if !c.suffices() {
			return n + 1, best, nil
		}
		best = c
	}
	return low, best, nil
}

// gallopUp goes up from an infeasible number in growing steps. It returns the
// number below which all are infeasible, and the first feasible candidate, or the infeasible one at high.
func (e *evaluator) gallopUp(ctx context.Context, f *family, n, high int) (int, *Candidate, error) {
	for step := firstStep(n); n < high; step *= 2 {
		last := n
		n = min(high, n+step)
		c, err := e.tryAt(ctx, f, n, false)
		if err != nil {
			return 0, nil, err
		}
		if c.suffices() {
			return last + 1, c, nil
		}
	}
	c, err := e.tryAt(ctx, f, high, true)
	return high, c, err
}

func (e *evaluator) tryAt(ctx context.Context, f *family, n int, full bool) (*Candidate, error) {
	a, err := arrange.Build(e.spec, f.offer, f.with(n), e.in.Catalog)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.offer.Key(), err)
	}
	c, err := e.evaluate(ctx, on(a), full)
	if err != nil {
		return nil, err
	}
	c.Variant, c.family, c.size, c.chosen = f.variant, f, n, []v1alpha1.Home{f.with(n)}
	return c, nil
}

// bracket bounds the search and says where to begin: below low even perfect
// packing cannot serve the traffic, and high is more than the busiest second asks for.
func (e *evaluator) bracket(f *family) (low, guess, high int, err error) {
	a, err := arrange.Build(e.spec, f.offer, f.with(f.min), e.in.Catalog)
	if err != nil {
		return 0, 0, 0, fmt.Errorf("%s: %w", f.offer.Key(), err)
	}
	busy := e.meanReplicas(a)
	minute, second := peak(e.traffic.PeakMinute), peak(e.traffic.PeakSecond)
	if a.Home.Service.Batch != nil {
		second = minute // a batch evens out a busy second
	}
	low, guess = f.min, f.min // of warm extra capacity, the least is usually enough
	if a.Home.Cluster != nil && !f.elastic {
		low = max(low, int(math.Ceil(e.leastBusy(a))))
		guess = int(math.Ceil(busy * e.traffic.usualPeak()))
	}
	if f.hint > 0 {
		guess = f.hint
	}
	high = max(low, int(math.Ceil(busy*second*headroom))+2)
	low, high = min(low, f.max), min(high, f.max)
	return low, min(max(guess, low), high), high, nil
}

// firstStep is the step with which numbers around n are tried first; one, up to where that would take long.
func firstStep(n int) int { return max(1, n/32) }

// headroom over the busiest second, for service times longer than it.
const headroom = 1.5

// meanReplicas is the number of replicas that the mean traffic keeps busy.
func (e *evaluator) meanReplicas(a arrange.Arrangement) float64 {
	return float64(e.traffic.Rate) * e.traffic.serviceTime(a)
}

// serviceTime is the mean time that a request takes of a replica, in seconds.
func (t Traffic) serviceTime(a arrange.Arrangement) float64 {
	work := time.Duration(mean(t.Work) * float64(time.Second))
	return a.Home.Service.MeanServiceTime(work, mean(t.Input), mean(t.Output))
}
