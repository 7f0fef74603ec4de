package plan

import (
	"context"

	"fulcrum.dev/fulcrum/internal/unit"
)

// Floors are the least that each way to run each home can cost, in the order of the model file, for the tests.
func Floors(ctx context.Context, in Input) ([]unit.Money, error) {
	s, err := newSearch(ctx, in)
	if err != nil {
		return nil, err
	}
	wanted, err := wantedHomes(s.spec, in.Catalog)
	if err != nil {
		return nil, err
	}
	var floors []unit.Money
	for _, w := range wanted {
		for _, f := range families(s.spec, w.offer, w.settings, in.Catalog) {
			if err := s.full.bound(f); err != nil {
				return nil, err
			}
			floors = append(floors, f.floor)
		}
	}
	return floors, nil
}

// HybridFloor is the least that a hybrid with as many base nodes can cost a month, in USD.
func HybridFloor(c *Candidate) float64 { return c.pairing.floor(c.size) }
