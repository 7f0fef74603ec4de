package measure

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// rows is the requests of one target in columns, of which a metric's holds Unseen where there was none.
type rows struct {
	count                                        int
	sequence, round, scheduled, kind, cold, late column
	metrics                                      []column
	tokensIn, tokensOut                          int64 // after the warm-up
	measured                                     []int32
}

func (t *rows) add(r *Record, afterWarmup bool) {
	t.count++
	t.sequence.append(r.Sequence)
	t.round.append(r.Round)
	t.scheduled.append(int64(r.Scheduled))
	t.kind.append(int64(r.Kind))
	var cold int64
	if r.Cold {
		cold = 1
	}
	t.cold.append(cold)
	t.late.append(orUnseen(r.Lateness()))
	for i, m := range metrics() {
		t.metrics[i].append(orUnseen(m.of(r)))
	}
	if afterWarmup {
		t.tokensIn += r.TokensIn
		t.tokensOut += r.TokensOut
	}
}

func orUnseen(d time.Duration, ok bool) int64 {
	if !ok {
		return int64(Unseen)
	}
	return int64(d)
}

// sort says which rows count: those after the warm-up, in order of the schedule.
func (t *rows) sort(warmup time.Duration) {
	t.measured = nil
	for i := range t.count {
		if t.scheduled.at(i) >= int64(warmup) {
			t.measured = append(t.measured, int32(i))
		}
	}
	inOrder := func(x, y int32) int { return cmp.Compare(t.sequence.at(int(x)), t.sequence.at(int(y))) }
	if !slices.IsSortedFunc(t.measured, inOrder) {
		slices.SortStableFunc(t.measured, inOrder)
	}
}

// answers goes through a metric of the requests that were answered right: the row and the time.
func (t *rows) answers(metric int) iter.Seq2[int, time.Duration] {
	return func(yield func(int, time.Duration) bool) {
		for _, row := range t.measured {
			i := int(row)
			if Kind(t.kind.at(i)) != OK {
				continue
			}
			if d := t.metrics[metric].at(i); d >= 0 && !yield(i, time.Duration(d)) {
				return
			}
		}
	}
}

// series is a metric in seconds, in order of the schedule.
func (t *rows) series(metric int) []float64 {
	var xs []float64
	for _, d := range t.answers(metric) {
		xs = append(xs, d.Seconds())
	}
	return xs
}

// lateness goes through all requests that were sent, also in the warm-up.
func (s *Sheet) lateness() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for i := range s.targets {
			t := &s.targets[i]
			for j := range t.count {
				if d := t.late.at(j); d >= 0 && !yield(time.Duration(d)) {
					return
				}
			}
		}
	}
}
