package arrange

import (
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// quota is how many environments or instances may run at once.
func (a *Arrangement) quota(spec *v1alpha1.ModelSpec) int {
	if n, ok := Quota(spec, a.Offer); ok {
		return n
	}
	a.QuotaAssumed = assumedQuota
	if a.Offer.Limits.Quota > 0 {
		a.QuotaAssumed = a.Offer.Limits.Quota
		note := ""
		if a.Offer.Limits.QuotaNote != "" {
			note = " (" + a.Offer.Limits.QuotaNote + ")"
		}
		a.assume("the account's quota is the default of %d%s", a.Offer.Limits.Quota, note)
		return a.Offer.Limits.Quota
	}
	a.assume("a quota of %d is assumed for %s/%s; set spec.constraints.quotas", assumedQuota, a.Offer.Provider, a.Offer.Service)
	return assumedQuota
}

// assumedQuota bounds a platform whose quota is not known.
const assumedQuota = 1000

// Quota returns the user's own bound for an offer: by its id, its service, or its provider.
func Quota(spec *v1alpha1.ModelSpec, o catalog.Offer) (int, bool) {
	for _, key := range []string{o.ID, o.Provider + "/" + o.Service, o.Provider} {
		if n, ok := spec.Constraints.Quotas[key]; ok {
			return n, true
		}
	}
	return 0, false
}
