package plan

import (
	"context"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/billing"
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

// Climb climbs from the smallest size of the first way to run the model's first home, in at most a number of evaluations.
func Climb(ctx context.Context, in Input, evaluations int) (*Candidate, error) {
	s, err := newSearch(ctx, in)
	if err != nil {
		return nil, err
	}
	wanted, err := wantedHomes(s.spec, in.Catalog)
	if err != nil {
		return nil, err
	}
	f := families(s.spec, wanted[0].offer, wanted[0].settings, in.Catalog)[0]
	start, err := s.full.tryAt(ctx, f, f.min, false)
	if err != nil {
		return nil, err
	}
	return s.full.climb(ctx, start, climbOptions{evaluations: evaluations})
}

// BillsSoFar are the bills of a candidate's homes up to a moment of its timeline.
func BillsSoFar(c *Candidate, moment int) ([]billing.Bill, error) { return c.by.billsSoFar(c, moment) }

// BlockLength is how long the blocks of a sample of so many requests are.
func BlockLength(rate float64, requests int64) time.Duration {
	return blockLength(Traffic{Rate: unit.Rate(rate)}, requests)
}

// UsualPeak is the peak over the mean from which the number of replicas is guessed.
func UsualPeak(ctx context.Context, in Input) (float64, error) {
	t, err := describe(ctx, in.Workload)
	return t.usualPeak(), err
}

// SidesOnly makes an input whose plan has no tipping point.
func SidesOnly(in Input) Input {
	in.sidesOnly = true
	return in
}
