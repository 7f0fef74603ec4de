package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Refusal is something that a provider does not sell.
type Refusal struct {
	// ID names it: provider/service/what, such as aws/lambda/gpu.
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Service  string `json:"service"`
	// What is not sold: gpu.
	What string `json:"what"`
	// Reason says why, and what to use instead.
	Reason string `json:"reason"`
	Provenance
}

// NotSoldError says that the requested offer is not sold.
type NotSoldError struct{ Refusal Refusal }

// Error gives the reason and its source.
func (e *NotSoldError) Error() string {
	r := e.Refusal
	return fmt.Sprintf("%s is not sold: %s (source: %s; as of %s)", r.ID, r.Reason, r.Source, dateText(r.AsOf))
}

// NotSold lists what is not sold, in the order of the ids.
func (c *Catalog) NotSold() []Refusal { return slices.Clone(c.refusals) }

// Refusal returns why a service does not sell something ("gpu"). The id is an
// offer of the service (aws/lambda/x86), the service itself (aws/lambda), or the
// thing that is asked for (aws/lambda/gpu).
func (c *Catalog) Refusal(id, what string) (Refusal, bool) {
	for _, r := range c.refusals {
		service := r.Provider + "/" + r.Service
		within := id == service || strings.HasPrefix(id, service+"/")
		if within && strings.EqualFold(r.What, what) {
			return r, true
		}
	}
	return Refusal{}, false
}
