package home

// Routing says which of several idle environments takes a request.
type Routing int

// The routings. No provider documents its own; the SimFaaS simulator has NewestCreated.
const (
	LastUsed Routing = iota
	NewestCreated
	LongestIdle
)
