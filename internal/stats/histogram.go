package stats

import (
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// longest is the maximum that the histograms can hold; longer times count as this.
const longest = 30 * 24 * time.Hour

// Histogram counts durations from 1 us to 30 days with three significant digits.
type Histogram struct {
	us    *Buckets // microseconds
	zeros int64    // counted apart, because most waits are 0
	sum   float64  // ns, so that the mean has no bucket error
	max   time.Duration
}

// NewHistogram returns an empty histogram.
func NewHistogram() *Histogram {
	return &Histogram{us: NewBuckets(longest.Microseconds())}
}

// Reset forgets all durations.
func (h *Histogram) Reset() {
	h.us.Reset()
	h.zeros, h.sum, h.max = 0, 0, 0
}

// Record counts one duration.
func (h *Histogram) Record(d time.Duration) {
	if d == 0 {
		h.zeros++
		return
	}
	h.sum += float64(d)
	if d > h.max {
		h.max = d
	}
	h.us.Add(int64(d/time.Microsecond), 1)
}

// Summary summarises a histogram, in seconds.
type Summary struct {
	Count int64   `json:"count"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P95   float64 `json:"p95"`
	P99   float64 `json:"p99"`
	Max   float64 `json:"max"`
}

// Summary returns count, mean, percentiles and maximum; all zero if nothing was recorded. The mean and the
// maximum are exact. The percentiles are those of random.Rank, within 0.1 % and a microsecond.
func (h *Histogram) Summary() Summary {
	h.us.Add(0, h.zeros)
	h.zeros = 0
	n := h.us.Total()
	if n == 0 {
		return Summary{}
	}
	return Summary{
		Count: n,
		Mean:  h.sum / float64(n) / 1e9,
		P50:   h.at(0.50), P95: h.at(0.95), P99: h.at(0.99),
		Max: h.max.Seconds(),
	}
}

// at returns the percentile at a share q, in seconds.
func (h *Histogram) at(q float64) float64 {
	value := h.us.At(int64(random.Rank(q, int(h.us.Total()))))
	return min(float64(value)/1e6, h.max.Seconds())
}
