package route

import (
	"fmt"
	"math"
	"time"
)

// Weights shares requests out in proportion to whole weights, as a canary
// release does: after any number n of requests, a home with the share s of the
// weights has had n*s of them, rounded down or up. The sequence is the same every time.
//
// The j-th request of a home has a window of turns, from its earliest
// floor((j-1)/s)+1 to its latest ceil(j/s). Of the homes whose window is open,
// the one that closes first has the turn, which keeps all windows (the Pfair
// windows of Baruah, Cohen, Plaxton and Varvel, Algorithmica 1996, on one processor).
// The largest-deficit rule that is common in proxies strays by more than a
// request for some weights.
type Weights struct {
	total int
	turn  int // of the next request, from 1 to total
	turns []weightTurn
}

// weightTurn is the window of a home's next request.
type weightTurn struct {
	weight, had      int // had counts requests in this round of total turns
	earliest, latest int
}

// maxTotalWeight keeps the product of two weights inside an int64.
const maxTotalWeight = math.MaxInt32

// NewWeights returns a Router over as many homes as there are weights. The
// error says that a weight is negative, or that the sum is 0 or above 2^31 - 1.
func NewWeights(weights []int) (*Weights, error) {
	w := &Weights{turn: 1, turns: make([]weightTurn, len(weights))}
	for i, weight := range weights {
		if weight < 0 || weight > maxTotalWeight-w.total {
			return nil, fmt.Errorf("weight %d of home %d: expected 0 or more, and a sum of at most %d", weight, i, maxTotalWeight)
		}
		w.total += weight
		w.turns[i].weight = weight
	}
	if w.total == 0 {
		return nil, fmt.Errorf("weights %v: expected at least one above 0", weights)
	}
	w.startRound()
	return w, nil
}

// Route gives the next turn.
func (w *Weights) Route(time.Duration, Request, []View) int {
	best := -1
	for i := range w.turns {
		t := &w.turns[i]
		if t.earliest <= w.turn && (best < 0 || t.latest < w.turns[best].latest) {
			best = i
		}
	}
	w.turns[best].had++
	w.turns[best].open(w.total)
	if w.turn++; w.turn > w.total {
		w.startRound()
	}
	return best
}

// startRound begins again: after total turns every home has had exactly its weight.
func (w *Weights) startRound() {
	w.turn = 1
	for i := range w.turns {
		w.turns[i].had = 0
		w.turns[i].open(w.total)
	}
}

// open sets the window of the next request; that of a home without weight never opens.
func (t *weightTurn) open(total int) {
	if t.weight == 0 {
		t.earliest = math.MaxInt
		return
	}
	t.earliest = t.had*total/t.weight + 1
	t.latest = ((t.had+1)*total + t.weight - 1) / t.weight
}
