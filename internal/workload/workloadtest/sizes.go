package workloadtest

import (
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// CountedSizes gives requests an input, and counts what it draws.
type CountedSizes struct{ Draws *int }

// HasTokens is true: requests have an input.
func (CountedSizes) HasTokens() bool { return true }

// HasWork is false.
func (CountedSizes) HasWork() bool { return false }

// Start draws from a seed, evenly from 1 to a million tokens.
func (c CountedSizes) Start(seed uint64) func([]workload.Request) {
	r := random.New(seed, random.Sizes, 0)
	return func(requests []workload.Request) {
		for i := range requests {
			requests[i].Input = 1 + r.Int32N(1e6)
			*c.Draws++
		}
	}
}
