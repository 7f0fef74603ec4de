package baseline

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// How MArk plans (Zhang, Yu, Wang and Yan, "MArk: Exploiting Cloud Services for
// Cost-Effective, SLO-Aware Machine Learning Inference Serving", USENIX ATC 2019).
const (
	MArkInterval = time.Minute     // between two plans
	MArkWindow   = 5 * time.Second // over which arrivals are counted
	markHeadroom = 1.2             // over the busiest window
	markMemory   = 6               // plans whose demand holds machines
	markSlack    = 1 - 1e-9        // a billionth of the demand is taken for rounding
)

// MachineType is a kind of machine that can be rented.
type MachineType struct {
	Rate   float64       // requests per second that one serves within the objectives
	Price  float64       // USD per hour
	Launch time.Duration // from the order to the first request
}

// MArk chooses among kinds of machines. It provides for 1.2 times the
// arrival rate of the busiest window since the last plan, adds greedily the machine
// whose cost over the horizon and its launch is lowest for the demand that
// it takes on, and removes machines only above what any of the last 6 plans
// provided for, the dearest per request first. Requests beyond the machines go
// to serverless: route by BaseOverflow.
//
// The paper forecasts the arrival rate; here the last minute stands for the next.
type MArk struct {
	types   []MachineType
	horizon time.Duration
	dearest []int // types by falling price per request
	demands scale.History
}

// NewMArk returns a planner over types of machines, which are charged for a
// horizon. The error says what is out of range.
func NewMArk(types []MachineType, horizon time.Duration) (*MArk, error) {
	if len(types) == 0 {
		return nil, errors.New("no types of machines: expected at least one")
	}
	if horizon <= 0 {
		return nil, fmt.Errorf("horizon %v: expected above 0", horizon)
	}
	m := &MArk{types: slices.Clone(types), horizon: horizon, demands: scale.NewHistory(markMemory)}
	for i, t := range types {
		if !(t.Rate > 0) || !(t.Price >= 0) || t.Launch < 0 {
			return nil, fmt.Errorf("type %d: %g requests/s at %g USD/h after %v: expected a rate above 0, the others 0 or more",
				i, t.Rate, t.Price, t.Launch)
		}
		m.dearest = append(m.dearest, i)
	}
	slices.SortStableFunc(m.dearest, func(a, b int) int {
		return cmp.Compare(types[b].Price*types[a].Rate, types[a].Price*types[b].Rate)
	})
	return m, nil
}

// Plan changes the number of machines of each type, starting ones included, to
// what there should be. Arrivals are the requests in each window since the last plan.
func (m *MArk) Plan(arrivals, machines []int) {
	demand := 0.0 // requests per second
	for _, n := range arrivals {
		demand = max(demand, markHeadroom*float64(n)/MArkWindow.Seconds())
	}
	m.demands.Add(demand)
	m.grow(demand*markSlack, machines)
	m.shrink(m.demands.Max()*markSlack, machines)
}

// grow adds machines until they serve the demand.
func (m *MArk) grow(demand float64, machines []int) {
	for missing := demand - m.capacity(machines); missing > 0; missing = demand - m.capacity(machines) {
		best := 0
		for i := range m.types {
			if m.cost(i, missing) < m.cost(best, missing) {
				best = i
			}
		}
		machines[best]++
	}
}

// cost is USD for each request per second of the missing ones that one more machine serves.
func (m *MArk) cost(i int, missing float64) float64 {
	t := &m.types[i]
	return t.Price * (m.horizon + t.Launch).Hours() / min(t.Rate, missing)
}

// shrink removes machines without which the others still serve the demand.
func (m *MArk) shrink(demand float64, machines []int) {
	for _, i := range m.dearest {
		for machines[i] > 0 && m.capacity(machines)-m.types[i].Rate >= demand {
			machines[i]--
		}
	}
}

// capacity is in requests per second.
func (m *MArk) capacity(machines []int) float64 {
	sum := 0.0
	for i, n := range machines {
		sum += float64(n) * m.types[i].Rate
	}
	return sum
}
