package baseline

import (
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// The experts of a Cackle: for each lookback, the percentiles 0 to 100 of the
// demand, then 1.05 to 2.50 times its maximum in steps of 0.05.
const (
	cacklePercentiles = 101
	cackleMultiples   = 30
	cackleExperts     = cacklePercentiles + cackleMultiples
)

var cackleLookbacks = [...]time.Duration{
	180 * time.Second, 300 * time.Second, 600 * time.Second, 900 * time.Second, 1200 * time.Second, 1800 * time.Second,
}

// CackleRule configures a Cackle.
type CackleRule struct {
	scale.Bounds
	// Interval is the time between two decisions: 5 to 10 s in the paper, at most 180 s.
	Interval time.Duration
	// Launch is the start-up time of a machine.
	Launch time.Duration
	// Premium is the price of a machine's work on serverless over the machine's own.
	Premium float64
}

// Cackle follows the expert that would have been cheapest so far (Perron, Castro
// Fernandez, DeWitt, Cafarella and Madden, "Cackle: Analytical Workload Cost and
// Performance Stability With Elastic Pools", SIGMOD 2024). Each expert asks for
// a percentile of the demand over a lookback. In each interval it is charged for the machines that it
// asked for one launch time before, and, at the premium, for the demand
// above them, which serverless takes: route by BaseOverflow.
//
// The paper has 6 lookbacks of 180 s to 1800 s and 131 percentiles; their exact
// values here are an assumption.
type Cackle struct {
	rule      CackleRule
	lookbacks [len(cackleLookbacks)]cackleLookback
	history   scale.History
	costs     []float64 // of each expert so far, in prices of a machine for an interval
	requests  [][]int   // of each expert, a ring over the intervals of a launch
	turn      int       // in requests
}

// cackleLookback holds the demand of the last intervals in order of size.
type cackleLookback struct {
	intervals int
	sorted    []float64
}

// NewCackle returns a scaler. The error says which field is out of range.
func NewCackle(rule CackleRule) (*Cackle, error) {
	switch {
	case rule.Interval <= 0 || rule.Interval > cackleLookbacks[0]:
		return nil, fmt.Errorf("interval %v: expected above 0 and at most %v", rule.Interval, cackleLookbacks[0])
	case rule.Launch < 0:
		return nil, fmt.Errorf("launch time %v: expected 0 or more", rule.Launch)
	case !(rule.Premium > 0):
		return nil, fmt.Errorf("premium %g: expected above 0", rule.Premium)
	}
	if err := rule.Bounds.Check(); err != nil {
		return nil, err
	}
	c := &Cackle{rule: rule, costs: make([]float64, len(cackleLookbacks)*cackleExperts)}
	for i, span := range cackleLookbacks {
		c.lookbacks[i].intervals = int(span / rule.Interval)
	}
	c.history = scale.NewHistory(c.lookbacks[len(cackleLookbacks)-1].intervals + 1)
	// What is asked for after an interval is ready one launch after its end, for the interval after that.
	launch := int((rule.Launch + rule.Interval - 1) / rule.Interval)
	c.requests = make([][]int, launch+1)
	return c, nil
}

// Desired returns the machines to have, after an interval whose mean demand was
// that many machines. It is called once for each interval, without gaps.
func (c *Cackle) Desired(demand float64) int {
	c.charge(demand)
	c.history.Add(demand)
	requests := c.requests[c.turn]
	if requests == nil {
		requests = make([]int, len(c.costs))
		c.requests[c.turn] = requests
	}
	c.turn = (c.turn + 1) % len(c.requests)
	for i := range c.lookbacks {
		l := &c.lookbacks[i]
		l.slide(&c.history)
		l.ask(c.rule.Bounds, requests[i*cackleExperts:(i+1)*cackleExperts])
	}
	return requests[c.cheapest()]
}

// charge adds the cost of an interval to the experts whose first machines are ready.
func (c *Cackle) charge(demand float64) {
	for i, machines := range c.requests[c.turn] {
		ready := float64(machines)
		c.costs[i] += ready + c.rule.Premium*max(0, demand-ready)
	}
}

// cheapest returns the expert that has cost least; the first of equals.
func (c *Cackle) cheapest() int {
	best := 0
	for i, cost := range c.costs {
		if cost < c.costs[best] {
			best = i
		}
	}
	return best
}

// slide takes in the newest demand and drops the one that is too old.
func (l *cackleLookback) slide(history *scale.History) {
	newest, _ := history.Ago(0)
	if oldest, known := history.Ago(l.intervals); known {
		at, _ := slices.BinarySearch(l.sorted, oldest)
		l.sorted = slices.Delete(l.sorted, at, at+1)
	}
	at, _ := slices.BinarySearch(l.sorted, newest)
	l.sorted = slices.Insert(l.sorted, at, newest)
}

// ask fills in what the experts of a lookback ask for. Percentiles are by the nearest rank.
func (l *cackleLookback) ask(bounds scale.Bounds, requests []int) {
	n := len(l.sorted)
	for p := range cacklePercentiles {
		rank := max(1, (p*n+99)/100)
		requests[p] = bounds.Clamp(scale.Machines(l.sorted[rank-1]))
	}
	for m := range cackleMultiples {
		requests[cacklePercentiles+m] = bounds.Clamp(scale.Machines(l.sorted[n-1] * float64(21+m) / 20))
	}
}
