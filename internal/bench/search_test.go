package bench

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestSearchFindsTheHighestRate of a judge that passes everything up to a capacity.
func TestSearchFindsTheHighestRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := search{
			from: rapid.Float64Range(0.1, 1000).Draw(t, "from"), most: rapid.Float64Range(1000, 1e5).Draw(t, "most"),
			within: rapid.Float64Range(0.01, 0.5).Draw(t, "within"),
		}
		capacity := rapid.Float64Range(s.from/15, 2*s.most).Draw(t, "capacity")
		steps := 0
		for rate, ok := s.next(); ok; rate, ok = s.next() {
			if rate > s.most {
				t.Fatalf("tries %g, above %g", rate, s.most)
			}
			if steps++; steps > 40 {
				t.Fatal("does not end")
			}
			tell(&s, rate, rate <= capacity)
		}
		switch {
		case capacity >= s.most:
			if s.low != s.most || s.high() != 0 {
				t.Fatalf("everything passes: %+v", s)
			}
		case s.low > capacity || s.high() <= capacity || s.high() > s.low*(1+s.within):
			t.Fatalf("capacity %g: %+v", capacity, s)
		}
	})
}

// tell notes what came of a rate.
func tell(s *search, rate float64, passed bool) {
	if passed {
		s.pass(rate)
	} else {
		s.fail(rate, false)
	}
}

// TestSearchOutlivesStalls: a rate that failed by chance the first time that it was tried does not decide what comes out.
func TestSearchOutlivesStalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := search{from: 10, most: 1000, within: 0.05}
		capacity := rapid.Float64Range(1, 1100).Draw(t, "capacity")
		tries := map[float64]int{}
		for rate, ok := s.next(); ok; rate, ok = s.next() {
			if tries[rate]++; tries[rate] > 2 {
				t.Fatalf("tries %g a third time", rate)
			}
			isStalled := tries[rate] == 1 && rapid.IntRange(0, 3).Draw(t, "stall") == 0
			tell(&s, rate, rate <= capacity && !isStalled)
		}
		switch {
		case capacity >= s.most:
			if s.low != s.most || s.high() != 0 {
				t.Fatalf("everything passes: %+v", s)
			}
		case s.low > capacity || s.high() <= capacity || s.high() > s.low*(1+s.within):
			t.Fatalf("capacity %g: %+v", capacity, s)
		}
	})
}

// TestSearchIsSure of what was tried for long: once is enough.
func TestSearchIsSure(t *testing.T) {
	s := search{from: 10, most: 10, within: 0.05}
	tries := 0
	for rate, ok := s.next(); ok; rate, ok = s.next() {
		tries++
		s.fail(rate, true)
	}
	if tries != 5 || s.high() != 0.625 {
		t.Errorf("%d tries, %+v", tries, s)
	}
}

// TestSearchWithANoisyJudge, whose verdicts are chance around the capacity: it ends, between a rate that passed and one
// that did not, and rarely far from the capacity.
func TestSearchWithANoisyJudge(t *testing.T) {
	far := 0
	const searches = 500
	for i := range uint64(searches) {
		r := rand.New(rand.NewPCG(i, 1))
		s := search{from: 10, most: 10_000, within: 0.05}
		capacity := 100 + 900*r.Float64()
		passed, steps := map[float64]bool{}, 0
		for rate, ok := s.next(); ok; rate, ok = s.next() {
			if steps++; steps > 40 {
				t.Fatal("does not end")
			}
			passed[rate] = rate < capacity*(1+0.05*r.NormFloat64())
			tell(&s, rate, passed[rate])
		}
		if !passed[s.low] || passed[s.high()] || s.high() > 1.05*s.low {
			t.Fatalf("%+v of %v", s, passed)
		}
		if s.low < 0.85*capacity || s.low > 1.15*capacity {
			far++
		}
	}
	if far > searches/50 {
		t.Errorf("%d of %d searches end more than 15 %% beside the capacity", far, searches)
	}
}

func TestSearchWhereNothingPasses(t *testing.T) {
	s := search{from: 64, most: 1000, within: 0.05}
	var last float64
	for rate, ok := s.next(); ok; rate, ok = s.next() {
		last = rate
		s.fail(rate, false)
	}
	if s.low != 0 || last != 4 {
		t.Errorf("%+v, the last rate was %g, want 4", s, last)
	}
}
