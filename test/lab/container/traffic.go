package container

import (
	"context"
	"fmt"
	"slices"
)

// share is a revision's part of the traffic.
type share struct {
	revision *revision
	percent  int
	credit   int
}

// route picks the revision of the next request. Of a hundred requests each revision gets exactly its percentage, spread
// evenly, where Cloud Run only draws lots.
func (s *Service) route() *revision {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best *share
	for _, x := range s.shares {
		x.credit += x.percent
		if best == nil || x.credit > best.credit {
			best = x
		}
	}
	if best == nil {
		return nil
	}
	best.credit -= 100
	return best.revision
}

// Deploy makes a revision, waits until a first instance of it has passed its probe, and gives it all traffic. If the
// instance does not start, the traffic stays where it was. It gives the revision's name.
func (s *Service) Deploy(ctx context.Context, spec Revision) (string, error) {
	spec = spec.withDefaults()
	if err := spec.check(); err != nil {
		return "", fmt.Errorf("deploying to service %s: %w", s.config.Name, err)
	}
	s.mu.Lock()
	r := &revision{service: s, name: fmt.Sprintf("%s-%05d", s.config.Name, len(s.revisions)+1), spec: spec, instances: map[*instance]struct{}{}}
	s.revisions = append(s.revisions, r)
	first := r.start()
	s.mu.Unlock()
	if first == nil {
		return "", fmt.Errorf("deploying to service %s: it is closed", s.config.Name)
	}
	select {
	case <-first.settled:
	case <-ctx.Done():
		return "", fmt.Errorf("deploying revision %s: %w", r.name, ctx.Err())
	}
	if first.fault != nil {
		return "", fmt.Errorf("deploying revision %s: the first instance failed to start: %w", r.name, first.fault)
	}
	return r.name, s.Split(map[string]int{r.name: 100})
}

// Split gives revisions their parts of the traffic, in percent.
func (s *Service) Split(percent map[string]int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := 0
	var shares []*share
	for name, p := range percent {
		at := slices.IndexFunc(s.revisions, func(r *revision) bool { return r.name == name })
		if at < 0 {
			return fmt.Errorf("splitting the traffic of service %s: no revision %q", s.config.Name, name)
		}
		if p < 0 {
			return fmt.Errorf("splitting the traffic of service %s: %d %% for %s; expected 0 to 100", s.config.Name, p, name)
		}
		sum += p
		if p > 0 {
			shares = append(shares, &share{revision: s.revisions[at], percent: p})
		}
	}
	if sum != 100 {
		return fmt.Errorf("splitting the traffic of service %s: %d %% in all; expected 100", s.config.Name, sum)
	}
	s.shares = shares
	for _, r := range s.revisions {
		r.keepMinimum()
		r.holdIdle() // what a minimum kept alive may end now
	}
	return nil
}

// minimum is how many instances a revision keeps: none without traffic. The caller holds Service.mu.
func (r *revision) minimum() int {
	if slices.ContainsFunc(r.service.shares, func(x *share) bool { return x.revision == r }) {
		return r.spec.MinInstances
	}
	return 0
}
