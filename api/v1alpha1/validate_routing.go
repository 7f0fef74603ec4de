package v1alpha1

import (
	"fmt"
	"strings"
	"time"
)

const (
	routingPath = "spec.routing"
	homesPath   = "spec.homes"
	// maxRouted bounds the homes behind a router.
	maxRouted = 64
)

// validateRouting checks the routing by itself and against the homes that it is between.
func (s *ModelSpec) validateRouting(r *report) {
	if s.Routing == nil {
		return
	}
	s.validateRouted(r)
	if given := s.Routing.policies(); len(given) != 1 {
		got := "none"
		if len(given) > 0 {
			got = strings.Join(given, " and ")
		}
		r.reject(routingPath, fmt.Sprintf("expected exactly one of overflow, burst, weights and shifts, got %s", got),
			fieldPath(routingPath, "overflow"), fieldPath(routingPath, "burst"), fieldPath(routingPath, "weights"), fieldPath(routingPath, "shifts"))
	}
	homes := len(s.Homes)
	if s.Routing.Overflow != nil {
		s.Routing.Overflow.validate(r, fieldPath(routingPath, "overflow"), homes)
	}
	s.Routing.validateBurst(r, s.Homes)
	s.Routing.validateWeights(r, homes)
	s.Routing.validateShifts(r, homes)
}

// validateRouted checks that the homes are several single ones.
func (s *ModelSpec) validateRouted(r *report) {
	if n := len(s.Homes); n < 2 || n > maxRouted {
		r.reject(routingPath, fmt.Sprintf("expected from 2 to %d homes in spec.homes to route between, got %d", maxRouted, n), homesPath)
	}
	for i, h := range s.Homes {
		if strings.HasSuffix(h.Offer, "*") {
			r.reject(fieldPath(itemPath(homesPath, i), "offer"), fmt.Sprintf("with spec.routing each home is one offer, got the prefix %s: write out the one that is meant", quoted(h.Offer)), routingPath)
		}
	}
}

func (o *Overflow) validate(r *report, path string, homes int) {
	if given := o.thresholds(); len(given) > 1 {
		r.reject(path, fmt.Sprintf("expected at most one of inFlightShare, inFlight, waiting and wait, got %s", strings.Join(given, " and ")))
	}
	if o.Leave != nil && *o.Leave >= 1 {
		r.reject(fieldPath(path, "leave"), fmt.Sprintf("expected less than 100%% of the threshold, or the base would be saturated and not at once, got %s", *o.Leave))
	}
	if len(o.Limits) > max(0, homes-1) {
		r.reject(fieldPath(path, "limits"), fmt.Sprintf("expected at most one for each home after the first, %d, got %d", max(0, homes-1), len(o.Limits)), homesPath)
	}
	if c := o.SpendCap; c != nil && (c.Daily == nil) == (c.Monthly == nil) {
		at := fieldPath(path, "spendCap")
		r.reject(at, "expected exactly one of daily and monthly", fieldPath(at, "daily"), fieldPath(at, "monthly"))
	}
}

func (t *Routing) validateBurst(r *report, homes []Home) {
	if !t.Burst {
		return
	}
	at := fieldPath(routingPath, "burst")
	if len(homes) > 2 {
		r.reject(at, fmt.Sprintf("expected 2 homes, a cluster and what takes its bursts, got %d", len(homes)), homesPath)
	}
	if len(homes) > 0 && (homes[0].Function != nil || homes[0].Container != nil) {
		r.reject(at, "expected a cluster as the first home: what is serverless starts for the request itself", homesPath)
	}
}

func (t *Routing) validateWeights(r *report, homes int) {
	if len(t.Weights) == 0 {
		return
	}
	at, sum := fieldPath(routingPath, "weights"), 0
	for _, w := range t.Weights {
		sum += w
	}
	if len(t.Weights) != homes {
		r.reject(at, fmt.Sprintf("expected one for each of the %d homes, got %d", homes, len(t.Weights)), homesPath)
	}
	if sum == 0 {
		r.reject(at, "expected at least one above 0")
	}
}

func (t *Routing) validateShifts(r *report, homes int) {
	for i, s := range t.Shifts {
		path := itemPath(fieldPath(routingPath, "shifts"), i)
		at := fieldPath(path, "at")
		switch {
		case s.At.Std() >= 24*time.Hour:
			r.reject(at, fmt.Sprintf("expected a time of the day, below 24h, got %s", s.At))
		case i > 0 && s.At <= t.Shifts[i-1].At:
			r.reject(at, fmt.Sprintf("expected later than the shift before, %s, got %s: write the shifts in the order of the day", t.Shifts[i-1].At, s.At),
				fieldPath(itemPath(fieldPath(routingPath, "shifts"), i-1), "at"))
		}
		if s.Home >= homes {
			r.reject(fieldPath(path, "home"), fmt.Sprintf("expected the place of a home in spec.homes, from 0 to %d, got %d", homes-1, s.Home), homesPath)
		}
	}
}
