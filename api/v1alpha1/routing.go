package v1alpha1

import "fulcrum.dev/fulcrum/api/unit"

// Routing makes the homes of a model one arrangement, a hybrid: it says which of them takes a request. Exactly one of
// overflow, burst, weights and shifts.
type Routing struct {
	// Overflow sends requests to the first home, the base, until that is saturated, then to the others in their order.
	Overflow *Overflow `json:"overflow,omitempty"`
	// Burst sends requests to the second home only when the first, a cluster, has no free slot and is starting replicas or has
	// none ready.
	Burst bool `json:"burst,omitempty"`
	// Weights shares requests out in proportion, one whole number for each home, in their order: 95 and 5 make a canary.
	Weights []int `json:"weights,omitempty" check:"lte=1e6"`
	// Shifts gives all requests to one home by the time of the day. The traffic starts on a Monday at midnight.
	Shifts []Shift `json:"shifts,omitempty"`
	// MaxInFlight is the maximum number of requests over all homes; more are refused. Default: no limit.
	MaxInFlight int `json:"maxInFlight,omitempty" check:"gte=1,lte=1e9"`
}

// Overflow says when the base is saturated, by at most one of inFlightShare, inFlight, waiting and wait, and what the
// other homes may then take.
type Overflow struct {
	// InFlightShare is the number of requests in the base per slot of its ready replicas or instances. Default, if no other
	// threshold is given: 100%.
	InFlightShare *unit.Share `json:"inFlightShare,omitempty" check:"gt=0"`
	// InFlight is the number of requests in the base.
	InFlight int `json:"inFlight,omitempty" check:"gte=1,lte=1e9"`
	// Waiting is the number of requests at the base without a slot.
	Waiting int `json:"waiting,omitempty" check:"gte=1,lte=1e9"`
	// Wait is how long a request would wait at the base: waiting requests x their recent mean time / ready slots.
	Wait unit.Duration `json:"wait,omitempty" check:"gt=0"`
	// Leave is the share of the threshold, below 100%, at or below which the base is no longer saturated. Default: 99.9%.
	Leave *unit.Share `json:"leave,omitempty"`
	// MinTime is the minimum time between two changes. Default: 0s.
	MinTime unit.Duration `json:"minTime,omitempty"`
	// Limits are the maximum numbers of requests in the other homes, in their order; a full home is skipped. 0, and a home
	// without an entry, has no limit. Default: no limits.
	Limits []int `json:"limits,omitempty" check:"lte=1e9"`
	// SpendCap bounds what the other homes cost together, as estimated from the time of requests in service. Default: none.
	SpendCap *SpendCap `json:"spendCap,omitempty"`
	// Refuse refuses requests that no home may take. Default: false, they wait at the base.
	Refuse bool `json:"refuse,omitempty"`
}

// SpendCap is an amount in USD for each day or for each month of the calendar: one of them. The traffic starts on the
// first of a month at midnight.
type SpendCap struct {
	// Daily is the amount for each day.
	Daily *unit.Money `json:"daily,omitempty" check:"gt=0"`
	// Monthly is the amount for each month.
	Monthly *unit.Money `json:"monthly,omitempty" check:"gt=0"`
}

// Shift gives the requests to one home from a time of day until the next shift; the last one continues past midnight.
type Shift struct {
	// At is the time since midnight, below 24h, later than that of the shift before.
	At unit.Duration `json:"at"`
	// Home is the position of the home in spec.homes, from 0.
	Home int `json:"home" check:"lte=63"`
}

// HasBase says whether the other homes only take what the first one has no room for.
func (r *Routing) HasBase() bool { return r != nil && (r.Overflow != nil || r.Burst) }
