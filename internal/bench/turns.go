package bench

import (
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// turns says whose turn it is. In each round every target has one, in an order that is drawn anew, so that neither the
// first place nor the weather of a moment favours anybody.
type turns struct {
	targets int
	length  time.Duration // of a turn; 0 alternates from request to request
	seed    uint64

	round int64
	order []int // of the round
}

func newTurns(targets int, length time.Duration, seed uint64) *turns {
	return &turns{targets: targets, length: length, seed: seed, round: -1}
}

// of returns the target of a request, by its number in the schedule and when it is due, and the round.
func (t *turns) of(sequence int64, due time.Duration) (target int, round int64) {
	slot := sequence
	if t.length > 0 {
		slot = int64(due / t.length)
	}
	round = slot / int64(t.targets)
	if round != t.round {
		t.round, t.order = round, random.New(t.seed, random.Interleaving, uint64(round)).Perm(t.targets)
	}
	return t.order[slot%int64(t.targets)], round
}

// The bounds of a turn that is not given: long enough that what one target still works on hardly reaches into the next
// turn, and short enough for many rounds.
const (
	shortestTurn  = 100 * time.Millisecond
	longestTurn   = 30 * time.Second
	turnsOfTarget = 40
	// Turns with hardly a request each compare noise: they hold so many on average, while there are so many rounds.
	requestsOfTurn = 5
	fewestRounds   = 10
)

// turnLength is that of a load of the given span and number of requests, 0 where it is not known. It is 0, which
// alternates by request, where turns that hold enough requests would be too few.
func turnLength(span time.Duration, targets int, requests int64) time.Duration {
	turn := min(max(span/time.Duration(turnsOfTarget*targets), shortestTurn), longestTurn)
	if requests == 0 {
		return turn
	}
	turn = max(turn, time.Duration(float64(span)*requestsOfTurn/float64(requests)))
	if targets > 1 && turn > span/time.Duration(fewestRounds*targets) {
		return 0
	}
	return turn
}
