package plan

import (
	"fmt"
	"math"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/simulate"
)

// Estimate is the doubt of figures that rest on a part of the traffic.
type Estimate struct {
	// Sample says which part of the traffic was simulated.
	Sample string `json:"sample"`
	// Low and High bound the monthly cost on all of the traffic.
	Low  unit.Money `json:"low"`
	High unit.Money `json:"high"`
}

const (
	// replicateQuantile is the 97.5 % quantile of Student's t distribution with replicates - 1 degrees of freedom.
	replicateQuantile = 3.182
	// sampleBias is the share by which a sample may be off beside chance: its blocks begin with what the blocks before them
	// have left, which is not what comes before them in the traffic. That says little of what is there all the time, more of
	// instances that come and go with requests, and most of an autoscaler, which looks back for minutes. The shares are from
	// comparisons of samples with the whole (TestLongTraffic).
	sampleBias, startedBias, scaledBias = 0.02, 0.05, 0.3
)

// estimate sets how far the cost of a candidate that was simulated on a sample may be off: what every replicate says by
// itself, the busiest blocks with it, is one observation of the cost, and their mean is as uncertain as their spread says.
func (c *Candidate) estimate() error {
	e := c.by
	if e == nil || e.sample == "" || c.Estimate != nil {
		return nil
	}
	half := c.bias() * c.Monthly.Float64()
	if len(c.strata) == len(e.strata) {
		spread, err := e.spread(c)
		if err != nil {
			return err
		}
		half += replicateQuantile * spread / math.Sqrt(replicates)
	}
	c.Estimate = &Estimate{
		Sample: e.sample,
		Low:    dollars(math.Max(0, c.Monthly.Float64()-half)),
		High:   dollars(c.Monthly.Float64() + half),
	}
	return nil
}

// bias is the share by which a sample may be off for a candidate beside chance.
func (c *Candidate) bias() float64 {
	bias := sampleBias
	for _, p := range c.placements() {
		switch h := p.arrangement.Home; {
		case h.Scaled():
			return scaledBias
		case h.Cluster == nil:
			bias = startedBias
		}
	}
	return bias
}

// spread is the standard deviation of the monthly cost over the replicates, in USD.
func (e *evaluator) spread(c *Candidate) (float64, error) {
	var costs []float64
	for r := 1; r < len(e.strata); r++ {
		alone := e.strata[r]
		alone.time, alone.volume = alone.alone.time, alone.alone.volume
		one := *c
		one.Parts = append([]Placement(nil), c.Parts...)
		one.Bill = catalog.Bill{}
		one.Outcome = combine([]stratum{e.strata[0], alone}, []simulate.Outcome{c.strata[0], c.strata[r]}, e.traffic.Span.Std())
		if err := e.price(&one); err != nil {
			return 0, fmt.Errorf("pricing a replicate of %s: %w", c.Offer, err)
		}
		costs = append(costs, one.Monthly.Float64())
	}
	var mean, squares float64
	for _, x := range costs {
		mean += x / float64(len(costs))
	}
	for _, x := range costs {
		squares += (x - mean) * (x - mean)
	}
	return math.Sqrt(squares / float64(len(costs)-1)), nil
}

// dollars is an amount to the cent.
func dollars(v float64) unit.Money {
	return unit.USD(unit.NewDecimal(int64(math.Round(v*100)), -2))
}

// Cost is what a candidate costs a month in words: exactly, or of an estimate between which bounds.
func (c *Candidate) Cost() string {
	if c.Estimate == nil {
		return c.Monthly.Dollars() + " $"
	}
	return fmt.Sprintf("about %s $ (%s to %s, estimated on a sample)", c.Monthly.Dollars(), c.Estimate.Low.Dollars(), c.Estimate.High.Dollars())
}

// rivals are the arrangements that may meet the objectives for less than the best, as far as a sample tells.
func (p *Plan) rivals() []*Candidate {
	var list []*Candidate
	for _, c := range p.Candidates {
		if c.Estimate != nil && c.Status == Feasible && p.Best != nil && c.Estimate.Low.Less(p.Best.Monthly) {
			list = append(list, c)
		}
	}
	return list
}
