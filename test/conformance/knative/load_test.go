package knative

import (
	"math"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/kpa"
)

// A load is a metric that changes its kind now and then: silent, idle, steady,
// noisy, growing or a burst.
type load struct {
	random *rand.Rand
	target float64
	kind   int
	left   int // seconds until it changes
	level  float64
}

const (
	silent = iota // nobody reports
	idle
	steady
	noisy
	growing
	kinds
)

// samples returns the values of the next second; most seconds have one.
func (l *load) samples() []float64 {
	if l.left == 0 {
		l.change()
	}
	l.left--
	if l.kind == silent {
		return nil
	}
	values := make([]float64, pick(l.random, 0, 1, 1, 1, 1, 1, 1, 2, 3))
	for i := range values {
		values[i] = l.value()
	}
	return values
}

// change draws the next kind. Levels lie on whole multiples of the target as
// often as between them: that is where rounding decides.
func (l *load) change() {
	l.kind = l.random.IntN(kinds)
	l.left = 1 + l.random.IntN(pick(l.random, 4, 20, 100))
	l.level = l.target * math.Pow(2, 7*l.random.Float64()-2)
	if l.random.IntN(2) == 0 {
		l.level = l.target * float64(1+l.random.IntN(12))
	}
}

func (l *load) value() float64 {
	switch l.kind {
	case idle:
		return 0
	case noisy:
		return l.level * l.random.ExpFloat64()
	case growing:
		l.level *= 1.05
	}
	return l.level
}

// A fleet is the number of ready pods: on its way to what is desired, or moved by chance.
type fleet struct {
	random *rand.Rand
	ready  int
}

func (f *fleet) step(desired int) int {
	switch f.random.IntN(12) {
	case 0:
		f.ready = 0
	case 1:
		f.ready = f.random.IntN(30)
	case 2, 3, 4, 5:
		f.ready = min(desired, 10_000)
	case 6, 7:
		f.ready += min(max(desired-f.ready, -1), 1)
	}
	return f.ready
}

// A ticker makes the times of decisions: every tick, or with some jitter; in
// both cases now and then a poke soon after the last one, or a long stop.
type ticker struct {
	random *rand.Rand
	window time.Duration
	exact  bool
}

func (c ticker) pause() time.Duration {
	between := func(least, most time.Duration) time.Duration {
		return least + time.Duration(c.random.Int64N(int64(most-least)))
	}
	switch c.random.IntN(60) {
	case 0:
		return between(0, 2*c.window).Truncate(kpa.Tick)
	case 1:
		return between(0, time.Second).Truncate(time.Millisecond)
	}
	if c.exact {
		return kpa.Tick
	}
	return between(kpa.Tick-200*time.Millisecond, kpa.Tick+200*time.Millisecond)
}
