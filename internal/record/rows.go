package record

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// Rows are the requests of one target in columns. A row is the number of a request, in the order in which they ended.
type Rows struct {
	// Measured are the rows that count: those after the warm-up, in order of the schedule.
	Measured []int32
	// TokensIn and TokensOut are sums after the warm-up.
	TokensIn, TokensOut int64

	count                                        int
	sequence, round, scheduled, kind, cold, late column
	times                                        []column // by Metric; Unseen where there is none
}

// Scheduled is when the request of a row was due.
func (t *Rows) Scheduled(row int) time.Duration { return time.Duration(t.scheduled.at(row)) }

// Round is the round of the interleaving that a row belongs to.
func (t *Rows) Round(row int) int64 { return t.round.at(row) }

// Kind is how the request of a row ended.
func (t *Rows) Kind(row int) Kind { return Kind(t.kind.at(row)) }

// Cold reports whether the request of a row is known to have met a cold start.
func (t *Rows) Cold(row int) bool { return t.cold.at(row) == 1 }

// Answers goes through the measured requests that were answered correctly and have the metric: the row and the time.
func (t *Rows) Answers(m Metric) iter.Seq2[int, time.Duration] {
	return func(yield func(int, time.Duration) bool) {
		for _, row := range t.Measured {
			i := int(row)
			if t.Kind(i) != OK {
				continue
			}
			if d := t.times[m].at(i); d >= 0 && !yield(i, time.Duration(d)) {
				return
			}
		}
	}
}

// Series is a metric in seconds, in order of the schedule.
func (t *Rows) Series(m Metric) []float64 {
	var xs []float64
	for _, d := range t.Answers(m) {
		xs = append(xs, d.Seconds())
	}
	return xs
}

func (t *Rows) add(r *Record, afterWarmup bool) {
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
	for m := range t.times {
		t.times[m].append(orUnseen(Metric(m).Of(r)))
	}
	if afterWarmup {
		t.TokensIn += r.TokensIn
		t.TokensOut += r.TokensOut
	}
}

func orUnseen(d time.Duration, ok bool) int64 {
	if !ok {
		return int64(Unseen)
	}
	return int64(d)
}

// sort finds the measured rows.
func (t *Rows) sort(warmup time.Duration) {
	t.Measured = nil
	for row := range t.count {
		if t.Scheduled(row) >= warmup {
			t.Measured = append(t.Measured, int32(row))
		}
	}
	inOrder := func(x, y int32) int { return cmp.Compare(t.sequence.at(int(x)), t.sequence.at(int(y))) }
	if !slices.IsSortedFunc(t.Measured, inOrder) {
		slices.SortStableFunc(t.Measured, inOrder)
	}
}
