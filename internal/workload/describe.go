package workload

import (
	"context"
	"time"
)

// sizedAtMost is how many requests the sizes of a series are described from:
// they are drawn, and there may be a billion of them.
const sizedAtMost = 2_000_000

// Description is what is in a workload. A figure that the workload cannot
// support is nil: one over windows finer than its times were recorded, or hours
// of less than two.
type Description struct {
	Info Info
	// Requests is a count, or for a series of rates the expectation.
	Requests int64
	// Gaps is the time within Info.Span for which a series has no data. The figures leave it out.
	Gaps time.Duration
	// Rate is the mean, per second.
	Rate float64
	// Peaks is the largest over the mean count of windows that lie side by side, from the first request on.
	Peaks []Peak
	// CV is the coefficient of variation (standard deviation / mean) of inter-arrival times.
	CV *float64
	// ClientCV is that within clients, mean over clients weighted by rate.
	ClientCV *float64
	// Dispersion is the index of dispersion: variance / mean of the counts of 60 s windows.
	Dispersion *float64
	// IdleMinutes is the share of 60 s windows without a request.
	IdleMinutes *float64
	// Input and Output are in tokens, Work in seconds.
	Input, Output, Work *SizeDescription
}

// Peak is the peak-to-mean ratio over windows of one length.
type Peak struct {
	Window time.Duration
	// Ratio is nil where the workload cannot tell.
	Ratio *float64
}

// Describe goes through a workload once, in constant memory.
//
// Windows start at the first request. The last one counts even when the
// workload ends within it; series of counts are described from the counts, over
// whole windows and without the gaps.
//
// Errors: a workload that cannot be read, a context that has ended.
func Describe(ctx context.Context, w Workload) (Description, error) {
	if series := seriesOf(w); series != nil {
		return describeSeries(ctx, w, series)
	}
	info := w.Info()
	flow := newFlow()
	sizes := newSizeStats(info)
	err := Visit(ctx, w, func(batch []Request) bool {
		flow.add(batch)
		sizes.add(batch)
		return true
	})
	if err != nil {
		return Description{}, err
	}
	d := Description{Info: info, Requests: flow.requests}
	flow.describe(&d)
	sizes.describe(&d)
	return d, nil
}

// tells says whether times of a resolution bear figures over windows of a length.
func tells(resolution, window time.Duration) bool { return resolution <= window }
