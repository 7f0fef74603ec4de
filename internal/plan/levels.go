package plan

import (
	"context"
	"slices"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
)

// searchRequests is about how many requests sizes are searched with. Longer traffic is searched on a sample; what is then
// shown has been confirmed on all of it.
const searchRequests = 40_000

// cheapFactor is how many requests of fixed service are simulated in the time of one that is batched.
const cheapFactor = 5

// affordable scales a number of requests, chosen for batched service, to what the model's service allows in the same time.
func affordable(spec *v1alpha1.ModelSpec, requests int64) int64 {
	if isBatched(spec) {
		return requests
	}
	return cheapFactor * requests
}

// cacheRequests bounds the requests that are held in memory for all of the traffic, and for a sample of it (32 bytes each).
const cacheRequests = 4_000_000

// sample sets up the evaluators, from the smallest sample to all of the traffic.
func (s *search) sample(ctx context.Context) error {
	load, traffic, requests := s.in.Workload, s.plan.Traffic, affordable(s.spec, searchRequests)
	load, err := inMemory(load, traffic)
	if err != nil {
		return err
	}
	s.full = newEvaluator(s.in, load, traffic)
	s.full.progress = s.progress
	for _, n := range []int64{requests, largerSample * requests} {
		if traffic.Requests <= 2*n {
			break
		}
		e, err := s.sampled(ctx, load, traffic, n)
		if err != nil {
			return err
		}
		if e != nil && (len(s.levels) == 0 || e.effort() > 2*s.levels[0].effort()) {
			e.larger = len(s.levels) > 0
			s.levels = append(s.levels, e)
		}
	}
	s.levels = append(s.levels, s.full)
	if s.quick = s.levels[0]; s.quick != s.full {
		s.plan.Traffic.Searched = s.quick.sample
	}
	return nil
}

// largerSample is how many times the requests of the sample that is searched on the larger one has, on which what wins is
// confirmed before it is on all of the traffic.
const largerSample = 10

// effort is about how many requests the evaluator simulates.
func (e *evaluator) effort() float64 {
	var sum float64
	for _, s := range e.strata {
		sum += s.load.Info().Span.Seconds() * float64(e.traffic.Rate)
	}
	return sum
}

// sampled returns an evaluator on a sample of about so many requests; nil where there is none that is much smaller than the
// whole.
func (s *search) sampled(ctx context.Context, load workload.Workload, traffic Traffic, requests int64) (*evaluator, error) {
	e, _, err := s.sampledTwice(ctx, load, traffic, 1, requests)
	return e, err
}

// sampledTwice returns an evaluator for the traffic times a factor on a sample of about so many requests then, and another on
// the same part of the traffic as it is; nil where there is no sample that is much smaller than the whole.
func (s *search) sampledTwice(ctx context.Context, load workload.Workload, traffic Traffic, factor float64, requests int64) (then, today *evaluator, err error) {
	chosen, err := newSampling(ctx, load, traffic, factor, requests)
	if err != nil || chosen == nil {
		return nil, nil, err
	}
	today = newEvaluator(s.in, load, traffic)
	today.sample = chosen.String()
	if today.strata, err = chosen.strata(load, traffic.Requests, cacheRequests); err != nil || factor == 1 {
		return today, today, err
	}
	then = newEvaluator(s.in, load, traffic.times(factor))
	then.sample = today.sample
	then.strata = slices.Clone(today.strata)
	if then.effort() > tippingEffort*float64(affordable(s.spec, tippingRequests)) {
		return nil, nil, nil
	}
	for i := range then.strata {
		if then.strata[i].load, err = scaled(then.strata[i].load, factor, seed(s.spec)); err != nil {
			return nil, nil, err
		}
	}
	return then, today, nil
}

// scaled is a workload at a multiple of its rate, in memory if it is small enough.
func scaled(load workload.Workload, factor float64, seed uint64) (workload.Workload, error) {
	if factor == 1 {
		return load, nil
	}
	load, err := workload.Scale(load, factor, seed)
	if err != nil {
		return nil, err
	}
	return workload.Cache(load, cacheRequests)
}
