package workload

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"time"
)

// Adder takes requests that are spread evenly over a stretch of time; an empty
// one is a moment. Stretches come in any order and may overlap.
type Adder func(from, to time.Duration, n float64)

// patience is how many steps may pass between two looks at a context.
const patience = 4096

// expect adds the requests of a workload: those to expect, or else those that it has.
func expect(ctx context.Context, w Workload, add Adder) error {
	switch w := w.(type) {
	case Expecter:
		return w.Expect(ctx, add)
	case Series:
		period := w.Grid().Period
		return w.Counts(ctx, func(index int64, n float64) {
			from := time.Duration(index) * period
			add(from, from+period, n)
		})
	}
	return Visit(ctx, w, add.moments)
}

// moments adds requests one by one.
func (add Adder) moments(batch []Request) bool {
	for i := range batch {
		add(batch[i].At, batch[i].At, 1)
	}
	return true
}

// times multiplies what is added.
func (add Adder) times(factor float64) Adder {
	return func(from, to time.Duration, n float64) { add(from, to, factor*n) }
}

// within leaves out what is not within a window, and counts time from its beginning.
func (add Adder) within(w Window) Adder {
	return func(from, to time.Duration, n float64) {
		begin, end := max(from, w.From), min(to, w.To)
		switch {
		case to <= from && from >= w.From && from < w.To:
			add(from-w.From, from-w.From, n)
		case begin < end:
			add(begin-w.From, end-w.From, n*(float64(end-begin)/float64(to-from)))
		}
	}
}

// selected leaves out what is not within windows, which are in order, and closes
// the gaps between them.
func (add Adder) selected(windows []Window) Adder {
	parts := make([]Adder, len(windows))
	var begin time.Duration // of the window in the selection
	for i, w := range windows {
		parts[i] = add.later(begin).within(w)
		begin += w.To - w.From
	}
	return func(from, to time.Duration, n float64) {
		first := sort.Search(len(windows), func(i int) bool { return windows[i].To > from })
		for i := first; i < len(windows) && windows[i].From < max(to, from+1); i++ {
			parts[i](from, to, n)
		}
	}
}

// later adds to a later time.
func (add Adder) later(by time.Duration) Adder {
	return func(from, to time.Duration, n float64) { add(from+by, to+by, n) }
}

// Expect adds what is in memory.
func (r *Recorded) Expect(ctx context.Context, add Adder) error {
	for batch := range slices.Chunk(r.requests, patience) {
		if err := ctx.Err(); err != nil {
			return err
		}
		add.moments(batch)
	}
	return nil
}

// Expect goes by the source: sizes change no arrival.
func (s *sized) Expect(ctx context.Context, add Adder) error { return expect(ctx, s.source, add) }

// Expect goes by the source: priorities change no arrival.
func (p *prioritised) Expect(ctx context.Context, add Adder) error { return expect(ctx, p.source, add) }

// Expect takes the share of the source.
func (t *thinned) Expect(ctx context.Context, add Adder) error {
	return expect(ctx, t.source, add.times(t.share))
}

// Expect takes copies to arrive with their request: they are less than a minute apart.
func (s *superposed) Expect(ctx context.Context, add Adder) error {
	return expect(ctx, s.source, add.times(s.factor))
}

// Expect takes what the source has from the beginning of the slice to its end.
func (s *slice) Expect(ctx context.Context, add Adder) error {
	return expect(ctx, s.source, add.within(Window{s.from, s.to}))
}

// Expect takes what the source has within the windows, one after the other.
func (s *selected) Expect(ctx context.Context, add Adder) error {
	return expect(ctx, s.source, add.selected(s.windows))
}

// Expect adds up the parts.
func (m *merged) Expect(ctx context.Context, add Adder) error {
	for _, w := range m.parts {
		if err := expect(ctx, w, add); err != nil {
			return err
		}
	}
	return nil
}

// Expect adds the source again for each round, of which there may be a million.
func (r *repeated) Expect(ctx context.Context, add Adder) error {
	err := expect(ctx, r.source, func(from, to time.Duration, n float64) {
		for round := range r.times {
			if round%patience == patience-1 && ctx.Err() != nil {
				return
			}
			offset := time.Duration(round) * r.span
			add(from+offset, to+offset, n)
		}
	})
	return cmp.Or(err, ctx.Err())
}
