package simulate

import (
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
)

// newDispatcher returns what the requests of a run are sent by; nil without a router.
func newDispatcher(h Hybrid, opt Options) *route.Dispatcher {
	if h.Router == nil {
		return nil
	}
	homes := make([]route.Estimator, len(h.Homes))
	for i := range h.Homes {
		rate := 0.0
		if len(opt.SpendRates) > 0 {
			rate = opt.SpendRates[i]
		}
		homes[i], _ = route.NewEstimator(rate, expectedService(&h.Homes[i])) // check has looked at the rates
	}
	d, _ := route.NewDispatcher(h.Router, homes)
	return d
}

// expectedService is what the profile of a home says of the time in service before any was seen: the mean of its
// distribution; 0 where that depends on the requests.
func expectedService(h *home.Home) time.Duration {
	s := &h.Service
	if s.Batch != nil || s.Duration == nil {
		return 0
	}
	scale := s.Scale
	if scale == 0 {
		scale = 1
	}
	ns := s.Duration.Mean() * scale * 1e9
	if !(ns < math.MaxInt64) { // a heavy tail has no mean
		return 0
	}
	return time.Duration(ns)
}
