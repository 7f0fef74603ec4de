package workload

import (
	"fmt"
	"math"
	"time"
)

// flow describes arrivals one by one.
type flow struct {
	requests             int64
	first, last          time.Duration
	gapSquares           float64 // s^2
	second, minute, hour *windowCounts
}

func newFlow() *flow {
	return &flow{second: newWindowCounts(peakSecond), minute: newWindowCounts(peakMinute), hour: newWindowCounts(peakHour)}
}

func (f *flow) add(batch []Request) {
	if len(batch) == 0 {
		return
	}
	if f.requests == 0 {
		f.first, f.last = batch[0].At, batch[0].At
	}
	last := f.last
	for i := range batch {
		at := batch[i].At
		gap := (at - last).Seconds()
		f.gapSquares += gap * gap
		last = at
		f.second.add(at, 1)
		f.minute.add(at, 1)
		f.hour.add(at, 1)
	}
	f.last = last
	f.requests += int64(len(batch))
}

// describe fills in what follows from the arrivals.
func (f *flow) describe(d *Description) {
	if f.requests == 0 {
		d.Peaks = []Peak{{Window: peakSecond}, {Window: peakMinute}, {Window: peakHour}}
		return
	}
	resolution, span := d.Info.Resolution, d.Info.Span
	d.Rate = float64(f.requests) / span.Seconds()
	for _, c := range []*windowCounts{f.second, f.minute, f.hour} {
		p := Peak{Window: c.length}
		n := f.windows(c, span)
		tail := c.count
		c.close()
		if tells(resolution, c.length) && (c.length < peakHour || span >= 2*peakHour) {
			p.Ratio = c.peakToMean(n)
		}
		if c.length == peakMinute && tells(resolution, c.length) {
			d.Dispersion, d.IdleMinutes = c.dispersion(n), c.idle(n)
			f.noteTail(d, c, n, tail)
		}
		d.Peaks = append(d.Peaks, p)
	}
	// Drawn arrivals have the variation that was drawn, unless what was recorded is finer than the gaps.
	gap := span / time.Duration(f.requests)
	if f.requests > 2 && resolution <= gap {
		d.CV = f.cv()
	}
}

func (f *flow) cv() *float64 {
	n := float64(f.requests - 1)
	mean := (f.last - f.first).Seconds() / n
	if mean == 0 {
		return nil
	}
	return new(math.Sqrt(math.Max(0, f.gapSquares/n-mean*mean)) / mean)
}

// windows returns how many windows there are up to the last request, or up to
// the end of the workload when more than the usual gap is left to it: the span
// of a trace ends one mean gap after its last request, that of a slice anywhere.
func (f *flow) windows(c *windowCounts, span time.Duration) int64 {
	end := f.last
	if rest := span - f.last; rest > 2*span/time.Duration(f.requests) {
		end = span - 1
	}
	return int64(end/c.length) + 1
}

// noteTail warns when the last window, which the trace does not fill, makes up much of the dispersion.
func (f *flow) noteTail(d *Description, c *windowCounts, n int64, tail float64) {
	full := int64(d.Info.Span / c.length)
	if full >= n || full < 2 || tail == 0 {
		return
	}
	whole := *c
	whole.sum -= tail
	whole.squares -= tail * tail
	without := whole.dispersion(full)
	if without == nil || math.Abs(*d.Dispersion-*without) < 0.1**d.Dispersion {
		return
	}
	d.Info.Notes = append(d.Info.Notes[:len(d.Info.Notes):len(d.Info.Notes)], fmt.Sprintf(
		"the last minute is not full: without it the index of dispersion is %.4g", *without))
}
