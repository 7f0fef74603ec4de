package fidelity

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/oracle"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/simulate"
)

const aboutHybrid = `Dedicated slots, each of which takes a request if it is free, and serverless for the rest. A slot costs 1 for each second,
used or not, serverless r for each second of a request; a is the load. The cost with one slot less and one more is simulated under the
same requests, which shows the cheapest number c*. The lower bound is the cost with free migration to a slot that has become free.`

func hybrid() ([]experiment, error) {
	var list []experiment
	for _, row := range []struct{ load, ratio float64 }{{10, 1.5}, {10, 2}, {10, 4.5}, {10, 10}, {2, 1.5}} {
		e, err := cheapestBase(row.load, row.ratio)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	constant, err := hybridCost(10, 4.5, random.Constant(1), "constant service")
	if err != nil {
		return nil, err
	}
	alone, err := serverlessAlone(10, 4.5)
	return append(list, constant, alone), err
}

// base is c dedicated slots with overflow; without a slot, serverless alone.
func base(c int, service random.Dist) []home.Home {
	if c == 0 {
		return []home.Home{serverless(service)}
	}
	return []home.Home{servers(c, service), serverless(service)}
}

// costWith reads the cost of system i, which has c slots.
func costWith(c, i int, ratio float64) func([]simulate.Outcome) float64 {
	return func(o []simulate.Outcome) float64 { // the metered run time is all of the serverless home
		return float64(c) + ratio*busyTime(o[i].Metered, o[i].Span)
	}
}

// cheapestBase simulates the cheapest number of slots and its neighbours.
func cheapestBase(load, ratio float64) (experiment, error) {
	h, err := oracle.NewHybrid(load, ratio)
	if err != nil {
		return experiment{}, err
	}
	best, cost := h.Optimum()
	e := experiment{name: fmt.Sprintf("a = %g, r = %g", load, ratio), traffic: poisson(load), requests: 1e6}
	least := max(0, best-1)
	for c := least; c <= best+1; c++ {
		exact, err := h.Cost(c)
		if err != nil {
			return experiment{}, err
		}
		e.quantities = append(e.quantities, quantity{
			name: fmt.Sprintf("cost, c = %d", c), expected: exact, source: "Hybrid.Cost", of: costWith(c, len(e.systems), ratio),
		})
		e.systems = append(e.systems, base(c, random.Exponential(1)))
	}
	next, err := h.Cost(best + 1)
	if err != nil {
		return experiment{}, err
	}
	e.also = func(costs [][]float64) []Row {
		r := Row{Case: e.name, Quantity: "c*", Expected: float64(best), Source: "Hybrid.Optimum"}
		if next <= cost*(1+1e-12) { // as cheap by the formula: either is right
			r.ExpectedTo = r.Expected + 1
		}
		return []Row{cheapest(r, least, costs)}
	}
	return e, nil
}

// cheapest judges the number of slots that cost least in the simulations, the first of which has so many. Where its cost cannot be
// told from that of the number expected, by the interval of their difference, either is right.
func cheapest(r Row, least int, costs [][]float64) Row {
	at := 0
	for i := range costs {
		if floats.Sum(costs[i]) < floats.Sum(costs[at]) {
			at = i
		}
	}
	r.Got = float64(least + at)
	difference := make([]float64, len(costs[at]))
	floats.SubTo(difference, costs[int(r.Expected)-least], costs[at])
	if mean, half := interval(difference); at != int(r.Expected)-least && mean <= half {
		r.HalfWidth = math.Abs(r.Got - r.Expected)
	}
	return r.within(r.HalfWidth)
}

// hybridCost is the cheapest base under another distribution of service times, to which it is insensitive.
func hybridCost(load, ratio float64, service random.Dist, name string) (experiment, error) {
	h, err := oracle.NewHybrid(load, ratio)
	if err != nil {
		return experiment{}, err
	}
	c, cost := h.Optimum()
	return experiment{
		name: fmt.Sprintf("a = %g, r = %g, %s", load, ratio, name), traffic: poisson(load), requests: 1e6,
		systems:    [][]home.Home{base(c, service)},
		quantities: []quantity{{name: fmt.Sprintf("cost, c = %d", c), expected: cost, source: "Hybrid.Optimum", of: costWith(c, 0, ratio)}},
	}, nil
}

// serverlessAlone also shows the lower bound: with free migration those beyond the slots are those of the
// requests inside that are more than the slots.
func serverlessAlone(load, ratio float64) (experiment, error) {
	h, err := oracle.NewHybrid(load, ratio)
	if err != nil {
		return experiment{}, err
	}
	cost, err := h.Cost(0)
	slots, bound := h.LowerBound()
	return experiment{
		name:    fmt.Sprintf("a = %g, r = %g, serverless alone", load, ratio),
		traffic: poisson(load), requests: 1e6, moments: 20_000,
		systems: [][]home.Home{base(0, random.Exponential(1))},
		quantities: []quantity{
			{name: "cost, c = 0", expected: cost, source: "Hybrid.Cost", of: costWith(0, 0, ratio)},
			{
				name: fmt.Sprintf("lower bound, c = %d", slots), expected: bound, source: "Hybrid.LowerBound",
				of: single(func(o simulate.Outcome) float64 { return float64(slots) + ratio*meanAbove(slots, o) }),
			},
		},
	}, err
}

// meanAbove is the mean number of requests inside beyond n.
func meanAbove(n int, o simulate.Outcome) float64 {
	var above int64
	moments := o.Timeline.Homes[0].Moments
	for _, m := range moments {
		above += int64(max(0, m.InFlight-n))
	}
	return share(above, int64(len(moments)))
}
