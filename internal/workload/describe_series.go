package workload

import (
	"context"
	"math"
	"time"
)

// describeSeries goes by the recorded counts: peaks and dispersion of arrivals
// that were drawn within a period would be those of the draw.
func describeSeries(ctx context.Context, w Workload, series Series) (Description, error) {
	grid := series.Grid()
	d := Description{Info: w.Info()}
	windows := seriesWindows(grid.Period)
	var cut, next int64 // periods left out, and the first one not yet seen
	var total float64
	skip := func(index int64) {
		if run := index - next; grid.Gap > 0 && time.Duration(run)*grid.Period >= grid.Gap {
			cut += run
		}
	}
	covered := func() time.Duration { return time.Duration(grid.Periods-cut) * grid.Period }
	err := series.Counts(ctx, func(index int64, count float64) {
		skip(index)
		next = index + 1
		total += count
		for _, c := range windows {
			c.add(time.Duration(index-cut)*grid.Period, count)
		}
	})
	if err != nil {
		return Description{}, err
	}
	skip(grid.Periods)
	d.Requests = int64(math.Round(total))
	d.Gaps = time.Duration(cut) * grid.Period
	d.Rate = total / covered().Seconds()
	if grid.ClientCV > 0 {
		d.ClientCV = new(grid.ClientCV)
	}
	for _, c := range windows {
		d.addWindow(c, grid.Period, covered())
	}
	sizes := newSizeStats(d.Info)
	if !d.Info.HasTokens && !d.Info.HasWork {
		return d, nil
	}
	err = Visit(ctx, w, func(batch []Request) bool {
		sizes.add(batch)
		return sizes.requests < sizedAtMost
	})
	sizes.describe(&d)
	return d, err
}

// seriesWindows returns the usual windows, and one of the period's length if it is another.
func seriesWindows(period time.Duration) []*windowCounts {
	lengths := []time.Duration{peakSecond, peakMinute, peakHour}
	var windows []*windowCounts
	for _, length := range lengths {
		if period < length && period > peakSecond && (len(windows) == 0 || windows[len(windows)-1].length < period) {
			windows = append(windows, newWindowCounts(period))
		}
		windows = append(windows, newWindowCounts(length))
	}
	if period > peakHour {
		windows = append(windows, newWindowCounts(period))
	}
	return windows
}

// addWindow fills in the figures over windows of one length. A window that is
// not full at the end does not count.
func (d *Description) addWindow(c *windowCounts, period, covered time.Duration) {
	p := Peak{Window: c.length}
	defer func() { d.Peaks = append(d.Peaks, p) }()
	n := int64(covered / c.length)
	if c.current < n {
		c.close()
	}
	if !tells(period, c.length) || c.length == peakHour && covered < 2*peakHour {
		return
	}
	p.Ratio = c.peakToMean(n)
	if c.length == peakMinute {
		d.Dispersion, d.IdleMinutes = c.dispersion(n), c.idle(n)
	}
}
