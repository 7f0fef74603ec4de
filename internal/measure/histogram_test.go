package measure

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// percentile is the smallest of the sorted times that at least a share q of them does not exceed.
func percentile(sorted []time.Duration, q float64) float64 {
	i := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(0, i), len(sorted)-1)].Seconds()
}

// TestPercentilesWithinATenthOfAPercent compares with the sorted times, from microseconds to days.
func TestPercentilesWithinATenthOfAPercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]time.Duration{time.Microsecond, time.Millisecond, time.Second, time.Hour}).Draw(t, "scale")
		units := rapid.SliceOfN(rapid.Int64Range(1, 100_000), 1, 500).Draw(t, "times")
		h := NewHistogram()
		var times []time.Duration
		var sum float64
		for _, n := range units {
			d := min(time.Duration(n)*scale, longest)
			h.Record(d)
			times = append(times, d)
			sum += d.Seconds()
		}
		slices.Sort(times)
		s := h.Summary()
		if s.Count != int64(len(times)) || s.Max != times[len(times)-1].Seconds() {
			t.Fatalf("count %d and maximum %g of %d times up to %s", s.Count, s.Max, len(times), times[len(times)-1])
		}
		if mean := sum / float64(len(times)); math.Abs(s.Mean-mean) > 1e-9*mean {
			t.Fatalf("mean %.12g, want %.12g exactly", s.Mean, mean)
		}
		for _, p := range []struct{ q, got float64 }{{0.50, s.P50}, {0.95, s.P95}, {0.99, s.P99}} {
			// The library counts times from half a rank on as reached: either neighbour is right.
			low, high := percentile(times, p.q-0.5/float64(len(times))), percentile(times, p.q+0.5/float64(len(times)))
			if p.got < low*0.999-1e-6 || p.got > high*1.001+1e-6 {
				t.Fatalf("p%g of %d times is %.9g, want %.9g to %.9g within 0.1 %%", p.q*100, len(times), p.got, low, high)
			}
		}
		if s.P50 > s.P95 || s.P95 > s.P99 || s.P99 > s.Max {
			t.Fatalf("percentiles out of order: %+v", s)
		}
	})
}

func TestSummary(t *testing.T) {
	tests := map[string]struct {
		times []time.Duration
		want  Summary
	}{
		"nothing":             {nil, Summary{}},
		"one":                 {[]time.Duration{1500 * time.Millisecond}, Summary{Count: 1, Mean: 1.5, P50: 1.5, P95: 1.5, P99: 1.5, Max: 1.5}},
		"no time":             {[]time.Duration{0, 0}, Summary{Count: 2}},
		"below a microsecond": {[]time.Duration{300 * time.Nanosecond, 500 * time.Nanosecond}, Summary{Count: 2, Mean: 400e-9, Max: 500e-9}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := NewHistogram()
			for _, d := range test.times {
				h.Record(d)
			}
			if got := h.Summary(); got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
			if h.Reset(); h.Summary() != (Summary{}) {
				t.Errorf("after a reset there is %+v", h.Summary())
			}
		})
	}
}

// TestLongTimesAreClamped: percentiles stop at thirty days, the mean and the maximum stay exact.
func TestLongTimesAreClamped(t *testing.T) {
	h := NewHistogram()
	const year = 365 * 24 * time.Hour
	h.Record(year)
	h.Record(3 * year)
	s := h.Summary()
	if s.Count != 2 || s.Max != (3*year).Seconds() || s.Mean != (2*year).Seconds() {
		t.Errorf("%+v", s)
	}
	for _, got := range []float64{s.P50, s.P95, s.P99} {
		if math.Abs(got/longest.Seconds()-1) > 1e-3 {
			t.Errorf("a percentile of %g s, want %g", got, longest.Seconds())
		}
	}
}
