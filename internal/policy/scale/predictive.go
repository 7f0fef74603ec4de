package scale

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// PredictiveRule configures a Predictive.
type PredictiveRule struct {
	Bounds
	// Step is the time between two decisions; a day is a whole number of steps.
	Step time.Duration
	// Horizon is the start-up time of a machine, below a day: decisions look that far ahead.
	Horizon time.Duration
	// Days and Weeks are how many days, and weeks, back the same time is looked up.
	Days, Weeks int
	// Quantile of those values is the forecast; above 0 and at most 1.
	Quantile float64
	// Recent is the span over which today's level is compared with the usual one.
	Recent time.Duration
	// MaxCorrection bounds the factor of that comparison, and its inverse; at least 1.
	MaxCorrection float64
}

// DefaultPredictive looks at the same time on the last 7 days and in the last 4
// weeks, takes the 90th percentile and corrects it by up to a factor of 2 for the
// level of the last half hour. These are Fulcrum's choices, not a published policy's.
func DefaultPredictive(bounds Bounds, step, horizon time.Duration) PredictiveRule {
	return PredictiveRule{
		Bounds: bounds, Step: step, Horizon: horizon,
		Days: 7, Weeks: 4, Quantile: 0.9, Recent: max(step, 30*time.Minute), MaxCorrection: 2,
	}
}

// Predictive sizes a cluster for the largest of the demand now and its
// forecasts up to one start-up time ahead. A forecast rests on what was seen before:
// a quantile of the demand at the same time on earlier days and in earlier
// weeks, times the ratio of the recent demand to the usual one. Until the time in question
// has been seen on an earlier day there is no forecast, and the demand now decides alone.
type Predictive struct {
	rule    PredictiveRule
	lags    []int // of the values that a forecast rests on, in steps, rising
	ahead   int   // steps
	recent  int   // steps
	history History
	scratch []float64
}

// NewPredictive returns a scaler. The error says which field is out of range.
func NewPredictive(rule PredictiveRule) (*Predictive, error) {
	if err := rule.check(); err != nil {
		return nil, err
	}
	p := &Predictive{
		rule:   rule,
		lags:   rule.lags(),
		ahead:  int((rule.Horizon + rule.Step - 1) / rule.Step),
		recent: int(rule.Recent / rule.Step),
	}
	p.history = NewHistory(p.lags[len(p.lags)-1] + p.recent)
	p.scratch = make([]float64, 0, len(p.lags))
	return p, nil
}

func (r PredictiveRule) check() error {
	switch {
	case r.Step <= 0 || dayLength%r.Step != 0:
		return fmt.Errorf("step %v: expected a whole number of steps in a day", r.Step)
	case r.Horizon < 0 || r.Horizon > dayLength-r.Step:
		return fmt.Errorf("horizon %v: expected 0 to %v", r.Horizon, dayLength-r.Step)
	case r.Days < 0 || r.Weeks < 0 || r.Days+r.Weeks == 0:
		return fmt.Errorf("%d days and %d weeks: expected at least one", r.Days, r.Weeks)
	case !(r.Quantile > 0 && r.Quantile <= 1):
		return fmt.Errorf("quantile %g: expected above 0 and at most 1", r.Quantile)
	case r.Recent < r.Step || r.Recent > dayLength:
		return fmt.Errorf("recent span %v: expected %v to 24h", r.Recent, r.Step)
	case !(r.MaxCorrection >= 1):
		return fmt.Errorf("largest correction %g: expected at least 1", r.MaxCorrection)
	}
	return r.Bounds.Check()
}

func (r PredictiveRule) lags() []int {
	steps := int(dayLength / r.Step)
	var lags []int
	for d := range r.Days {
		lags = append(lags, (d+1)*steps)
	}
	for w := range r.Weeks {
		lags = append(lags, (w+1)*7*steps)
	}
	slices.Sort(lags)
	return slices.Compact(lags)
}

// Desired returns the machines to have, after a step whose demand was that many
// machines. It is called once for each step, without gaps.
func (p *Predictive) Desired(demand float64) int {
	p.history.Add(demand)
	level := p.level()
	for ahead := 1; ahead <= p.ahead; ahead++ {
		demand = math.Max(demand, level*p.usual(ahead))
	}
	return p.rule.Clamp(Machines(demand))
}

// usual is the quantile, by the nearest rank, of what was seen at the time of a
// coming step; 0 if nothing was.
func (p *Predictive) usual(ahead int) float64 {
	seen := p.scratch[:0]
	for _, lag := range p.lags {
		if x, known := p.history.Ago(lag - ahead); known {
			seen = append(seen, x)
		}
	}
	if len(seen) == 0 {
		return 0
	}
	slices.Sort(seen)
	rank := int(math.Ceil(p.rule.Quantile*float64(len(seen)) - 1e-9))
	return seen[max(rank, 1)-1]
}

// level is the ratio of the recent demand to what it was at the same times
// before, within the largest correction; 1 if that was nothing.
func (p *Predictive) level() float64 {
	now, before := 0.0, 0.0
	for i := range p.recent {
		sum, n := 0.0, 0
		for _, lag := range p.lags {
			if x, known := p.history.Ago(lag + i); known {
				sum += x
				n++
			}
		}
		if x, known := p.history.Ago(i); known && n > 0 {
			now += x
			before += sum / float64(n)
		}
	}
	if before == 0 {
		return 1
	}
	return math.Min(math.Max(now/before, 1/p.rule.MaxCorrection), p.rule.MaxCorrection)
}
