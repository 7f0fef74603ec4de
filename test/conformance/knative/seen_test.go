package knative

import (
	"testing"

	"fulcrum.dev/fulcrum/internal/policy/kpa"
)

// seen counts what the series have met: a comparison that never panics proves little.
type seen struct {
	Decisions, Invalid, Grown, Shrunk, ToZero, FromZero, PanicBegun, PanicEnded, Short, Spare int
}

func (s *seen) count(last, now kpa.Decision) {
	s.Decisions++
	if !now.Valid {
		s.Invalid++
		return
	}
	tally(&s.Grown, now.Desired > last.Desired)
	tally(&s.Shrunk, now.Desired < last.Desired)
	tally(&s.ToZero, now.Desired == 0 && last.Desired > 0)
	tally(&s.FromZero, now.Desired > 0 && last.Desired == 0)
	tally(&s.PanicBegun, now.Panicking && !last.Panicking)
	tally(&s.PanicEnded, !now.Panicking && last.Panicking)
	tally(&s.Short, now.ExcessBurstCapacity < -1)
	tally(&s.Spare, now.ExcessBurstCapacity > 0)
}

func tally(counter *int, happened bool) {
	if happened {
		*counter++
	}
}

func (s *seen) add(o seen) {
	s.Decisions += o.Decisions
	s.Invalid += o.Invalid
	s.Grown += o.Grown
	s.Shrunk += o.Shrunk
	s.ToZero += o.ToZero
	s.FromZero += o.FromZero
	s.PanicBegun += o.PanicBegun
	s.PanicEnded += o.PanicEnded
	s.Short += o.Short
	s.Spare += o.Spare
}

func (s *seen) check(t *testing.T) {
	t.Helper()
	for _, n := range []int{s.Invalid, s.Grown, s.Shrunk, s.ToZero, s.FromZero, s.PanicBegun, s.PanicEnded, s.Short, s.Spare} {
		if n < seriesCount/10 {
			t.Errorf("something hardly ever happened: %+v", *s)
		}
	}
}
