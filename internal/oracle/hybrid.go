package oracle

import (
	"cmp"
	"sort"
)

// maxPriceRatio keeps the sums of Hybrid within the digits of a float64.
const maxPriceRatio = 1e9

// Hybrid is a base of dedicated slots, each of which takes a request if it is
// free, and a home without a bound that takes the rest. Arrivals are Poisson. A
// dedicated slot costs 1 for each unit of time, used or not; the other home
// costs r for each unit of time of a request. The share that overflows is Erlang
// B's, so that no cost depends on the distribution of service times.
type Hybrid struct {
	busy  MGInf
	ratio float64
}

// NewHybrid returns the system with load a = lambda E[S] and price ratio r,
// neither of which has a unit. Errors: a not in 0 to a million, r not in 0 to a
// billion.
func NewHybrid(load, ratio float64) (Hybrid, error) {
	if err := cmp.Or(checkLoad(load), checkAtMost("price ratio", ratio, maxPriceRatio)); err != nil {
		return Hybrid{}, err
	}
	return Hybrid{busy: MGInf{load: load}, ratio: ratio}, nil
}

// Cost returns c + r a B(c, a), in prices of a dedicated slot. Errors: slots not
// in 0 to a million.
func (h Hybrid) Cost(slots int) (float64, error) {
	lost, err := ErlangB(slots, h.busy.load)
	return h.cost(slots, lost), err
}

func (h Hybrid) cost(slots int, lost float64) float64 {
	return float64(slots) + h.ratio*h.busy.load*lost
}

// Optimum returns the number of dedicated slots that costs least, and that cost.
// A slot is added while r a (B_c - B_{c+1}) > 1: the least number is found
// because B is convex in c. Source: Messerli, Bell System Technical Journal 51 (1972).
func (h Hybrid) Optimum() (slots int, cost float64) {
	lost := 1.0
	for {
		next := nextErlangB(slots+1, h.busy.load, lost)
		if h.ratio*h.busy.load*(lost-next) <= 1 {
			return slots, h.cost(slots, lost)
		}
		slots, lost = slots+1, next
	}
}

// LowerBound returns the number of dedicated slots that would cost least if
// requests moved from the other home to a slot as soon as one is free, at no
// cost, and that cost: c = min{c: P(N > c) <= 1/r} and c + r E[(N - c)^+], where
// N is the number busy in M/G/infinity. No way to serve the same requests with
// a constant number of slots, and without a wait, costs less.
func (h Hybrid) LowerBound() (slots int, cost float64) {
	// Twice the load and some hundreds: P(N > c) is far below 1e-9 there.
	slots = sort.Search(int(2*h.busy.load)+200, func(c int) bool {
		return h.ratio*h.busy.BusyTail(c) <= 1
	})
	return slots, float64(slots) + h.ratio*h.busy.MeanAbove(slots)
}
