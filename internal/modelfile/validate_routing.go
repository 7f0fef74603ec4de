package modelfile

import (
	"fmt"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

const (
	routingPath = "spec.routing"
	homesPath   = "spec.homes"
	// maxRouted bounds the homes behind a router.
	maxRouted = 64
)

// validateRouting checks the routing by itself and against the homes that it is between.
func validateRouting(s *v1alpha1.ModelSpec, r *strictyaml.Report) {
	if s.Routing == nil {
		return
	}
	validateRouted(s, r)
	if given := routingPolicies(s.Routing); len(given) != 1 {
		got := "none"
		if len(given) > 0 {
			got = strings.Join(given, " and ")
		}
		r.Reject(routingPath, fmt.Sprintf("expected exactly one of overflow, burst, weights and shifts, got %s", got),
			strictyaml.FieldPath(routingPath, "overflow"), strictyaml.FieldPath(routingPath, "burst"), strictyaml.FieldPath(routingPath, "weights"), strictyaml.FieldPath(routingPath, "shifts"))
	}
	homes := len(s.Homes)
	if s.Routing.Overflow != nil {
		validateOverflow(s.Routing.Overflow, r, strictyaml.FieldPath(routingPath, "overflow"), homes)
	}
	validateBurst(s.Routing, r, s.Homes)
	validateWeights(s.Routing, r, homes)
	validateShifts(s.Routing, r, homes)
}

// validateRouted checks that the homes are several single ones.
func validateRouted(s *v1alpha1.ModelSpec, r *strictyaml.Report) {
	if n := len(s.Homes); n < 2 || n > maxRouted {
		r.Reject(routingPath, fmt.Sprintf("expected from 2 to %d homes in spec.homes to route between, got %d", maxRouted, n), homesPath)
	}
	for i, h := range s.Homes {
		if strings.HasSuffix(h.Offer, "*") {
			r.Reject(strictyaml.FieldPath(strictyaml.ItemPath(homesPath, i), "offer"), fmt.Sprintf("with spec.routing each home is one offer, got the prefix %s: write out the one that is meant", strictyaml.Quoted(h.Offer)), routingPath)
		}
	}
}

func validateOverflow(o *v1alpha1.Overflow, r *strictyaml.Report, path string, homes int) {
	if given := overflowThresholds(o); len(given) > 1 {
		r.Reject(path, fmt.Sprintf("expected at most one of inFlightShare, inFlight, waiting and wait, got %s", strings.Join(given, " and ")))
	}
	if o.Leave != nil && *o.Leave >= 1 {
		r.Reject(strictyaml.FieldPath(path, "leave"), fmt.Sprintf("expected less than 100%% of the threshold, or the base would be saturated and not at once, got %s", *o.Leave))
	}
	if len(o.Limits) > max(0, homes-1) {
		r.Reject(strictyaml.FieldPath(path, "limits"), fmt.Sprintf("expected at most one for each home after the first, %d, got %d", max(0, homes-1), len(o.Limits)), homesPath)
	}
	if c := o.SpendCap; c != nil && (c.Daily == nil) == (c.Monthly == nil) {
		at := strictyaml.FieldPath(path, "spendCap")
		r.Reject(at, "expected exactly one of daily and monthly", strictyaml.FieldPath(at, "daily"), strictyaml.FieldPath(at, "monthly"))
	}
}

func validateBurst(t *v1alpha1.Routing, r *strictyaml.Report, homes []v1alpha1.Home) {
	if !t.Burst {
		return
	}
	at := strictyaml.FieldPath(routingPath, "burst")
	if len(homes) > 2 {
		r.Reject(at, fmt.Sprintf("expected 2 homes, a cluster and what takes its bursts, got %d", len(homes)), homesPath)
	}
	if len(homes) > 0 && (homes[0].Function != nil || homes[0].Container != nil) {
		r.Reject(at, "expected a cluster as the first home: what is serverless starts for the request itself", homesPath)
	}
}

func validateWeights(t *v1alpha1.Routing, r *strictyaml.Report, homes int) {
	if len(t.Weights) == 0 {
		return
	}
	at, sum := strictyaml.FieldPath(routingPath, "weights"), 0
	for _, w := range t.Weights {
		sum += w
	}
	if len(t.Weights) != homes {
		r.Reject(at, fmt.Sprintf("expected one for each of the %d homes, got %d", homes, len(t.Weights)), homesPath)
	}
	if sum == 0 {
		r.Reject(at, "expected at least one above 0")
	}
}

func validateShifts(t *v1alpha1.Routing, r *strictyaml.Report, homes int) {
	for i, s := range t.Shifts {
		path := strictyaml.ItemPath(strictyaml.FieldPath(routingPath, "shifts"), i)
		at := strictyaml.FieldPath(path, "at")
		switch {
		case s.At.Std() >= 24*time.Hour:
			r.Reject(at, fmt.Sprintf("expected a time of the day, below 24h, got %s", s.At))
		case i > 0 && s.At <= t.Shifts[i-1].At:
			r.Reject(at, fmt.Sprintf("expected later than the shift before, %s, got %s: write the shifts in the order of the day", t.Shifts[i-1].At, s.At),
				strictyaml.FieldPath(strictyaml.ItemPath(strictyaml.FieldPath(routingPath, "shifts"), i-1), "at"))
		}
		if s.Home >= homes {
			r.Reject(strictyaml.FieldPath(path, "home"), fmt.Sprintf("expected the place of a home in spec.homes, from 0 to %d, got %d", homes-1, s.Home), homesPath)
		}
	}
}

// overflowThresholds names those that are given.
func overflowThresholds(o *v1alpha1.Overflow) []string {
	var names []string
	for _, t := range []struct {
		name  string
		given bool
	}{{"inFlightShare", o.InFlightShare != nil}, {"inFlight", o.InFlight > 0}, {"waiting", o.Waiting > 0}, {"wait", o.Wait > 0}} {
		if t.given {
			names = append(names, t.name)
		}
	}
	return names
}

// routingPolicies names the rules that are given.
func routingPolicies(r *v1alpha1.Routing) []string {
	var names []string
	for _, p := range []struct {
		name  string
		given bool
	}{{"overflow", r.Overflow != nil}, {"burst", r.Burst}, {"weights", len(r.Weights) > 0}, {"shifts", len(r.Shifts) > 0}} {
		if p.given {
			names = append(names, p.name)
		}
	}
	return names
}
