package plan

import (
	"fmt"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
)

// warnExtrapolation says where a placement relies on times beyond what they were measured with.
func (s *search) warnExtrapolation(p *Placement) {
	fit := p.arrangement.Fit
	if fit.Range == nil {
		return
	}
	for _, size := range []struct {
		name     string
		traffic  *workload.SizeDescription
		measured *v1alpha1.TokenRange
	}{
		{"prompts", s.plan.Traffic.Input, fit.Range.Input},
		{"answers", s.plan.Traffic.Output, fit.Range.Output},
	} {
		if text := beyond(size.traffic, size.measured); text != "" {
			s.addWarning("extrapolated-size", "%s: %s of %s; the service time was measured with %d to %d tokens",
				p.Offer, size.name, text, size.measured.Least, size.measured.Greatest)
		}
	}
	most := fit.Range.InFlight
	if c := fit.Service.Concurrency; most > 0 && c > most {
		s.addWarning("extrapolated-concurrency", "%s: a replica serves %d requests at once; the service time was measured with at most %d inside", p.Offer, c, most)
	}
}

// beyond says which of the traffic's sizes were not measured; "" is none.
func beyond(traffic *workload.SizeDescription, measured *v1alpha1.TokenRange) string {
	switch {
	case traffic == nil || measured == nil:
		return ""
	case traffic.P95 > float64(measured.Greatest):
		return fmt.Sprintf("%.0f tokens at p95", traffic.P95)
	case traffic.P50 < float64(measured.Least):
		return fmt.Sprintf("%.0f tokens in the median", traffic.P50)
	}
	return ""
}
