package platform

import "fulcrum.dev/fulcrum/api/v1alpha1"

// Routing says which of several idle environments takes a request.
type Routing int

// The routings. No provider documents its own; the SimFaaS simulator has NewestCreated.
const (
	LastUsed Routing = iota
	NewestCreated
	LongestIdle
)

// routing reads what the model file says.
func routing(name string) Routing {
	switch name {
	case v1alpha1.RoutingNewestCreated:
		return NewestCreated
	case v1alpha1.RoutingLongestIdle:
		return LongestIdle
	}
	return LastUsed
}
