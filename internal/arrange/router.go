package arrange

import (
	"errors"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
)

// TrafficStart is when all traffic starts, for what depends on the calendar:
// midnight of a Monday that is the first of a month.
var TrafficStart = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// Router returns a fresh router between homes. It remembers what it has seen, so
// that each run needs its own. Nil settings are a single home, which needs no router, and give nil.
//
// The error says which setting cannot be used with these homes; of a file that
// was loaded without problems only a burst from a home that is no cluster.
func Router(r *v1alpha1.Routing, homes []home.Home) (route.Router, error) {
	if r == nil {
		return nil, nil
	}
	inner, err := routerBetween(r, homes)
	if err != nil || r.MaxInFlight == 0 {
		return inner, err
	}
	return route.NewAdmission(r.MaxInFlight, inner)
}

func routerBetween(r *v1alpha1.Routing, homes []home.Home) (route.Router, error) {
	switch {
	case r.Overflow != nil:
		return overflowRouter(r.Overflow)
	case r.Burst && homes[0].Cluster == nil:
		return nil, errors.New("spec.routing.burst: expected a cluster as the first home: what is serverless starts for the request itself")
	case r.Burst:
		return &route.Burst{}, nil
	case len(r.Weights) > 0:
		return route.NewWeights(r.Weights)
	}
	shifts := make([]route.Shift, len(r.Shifts))
	for i, s := range r.Shifts {
		shifts[i] = route.Shift{From: s.At.Std(), Home: s.Home}
	}
	return route.NewByTimeOfDay(TrafficStart, len(homes), shifts)
}

func overflowRouter(o *v1alpha1.Overflow) (route.Router, error) {
	rule := route.OverflowRule{Saturation: saturation(o), Limits: o.Limits}
	if o.Refuse {
		rule.Fallback = route.RefuseRequest
	}
	if c := o.SpendCap; c != nil {
		amount, period := c.Daily, route.Daily
		if c.Monthly != nil {
			amount, period = c.Monthly, route.Monthly
		}
		spendCap, err := route.NewSpendCap(TrafficStart, amount.Float64(), period)
		if err != nil {
			return nil, err
		}
		rule.Cap = spendCap
	}
	return route.NewBaseOverflow(rule)
}

// saturation is when the base counts as saturated; the share of the slots where no other threshold is given.
func saturation(o *v1alpha1.Overflow) route.Saturation {
	s := route.Saturation{Signal: route.InFlightShare, MinTime: o.MinTime.Std()}
	switch {
	case o.InFlight > 0:
		s.Signal, s.Enter = route.InFlightCount, float64(o.InFlight)
	case o.Waiting > 0:
		s.Signal, s.Enter = route.QueueLength, float64(o.Waiting)
	case o.Wait > 0:
		s.Signal, s.Enter = route.PredictedWait, o.Wait.Std().Seconds()
	default:
		s.Enter = float64(*o.InFlightShare)
	}
	s.Leave = s.Enter * float64(*o.Leave)
	return s
}
