package stats

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/random"
)

// TestPercentilesWithinATenthOfAPercent compares with the sorted times, from microseconds to days.
func TestPercentilesWithinATenthOfAPercent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]time.Duration{time.Microsecond, time.Millisecond, time.Second, time.Hour}).Draw(t, "scale")
		// Few values, many zeros and powers far apart: a rank too low is then another value, not one in the same bucket.
		value := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(1, 100_000), rapid.SampledFrom([]int64{1, 100, 10_000, 1_000_000}))
		units := rapid.SliceOfN(value, 1, 200).Draw(t, "times")
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
			want := times[random.Rank(p.q, len(times))-1].Seconds()
			if math.Abs(p.got-want) > want*1e-3+1e-6 {
				t.Fatalf("p%g of %d times is %.9g, want %.9g within 0.1 %%", p.q*100, len(times), p.got, want)
			}
		}
		if s.P50 > s.P95 || s.P95 > s.P99 || s.P99 > s.Max {
			t.Fatalf("percentiles out of order: %+v", s)
		}
	})
}

// TestPercentilesOfFewTimes: of 1 to n us, which the buckets hold exactly, the r-th is r us.
func TestPercentilesOfFewTimes(t *testing.T) {
	tests := []struct{ n, p50, p95, p99 int }{
		{1, 1, 1, 1},
		{2, 1, 2, 2},
		{3, 2, 3, 3},
		{10, 5, 10, 10},
		{19, 10, 19, 19},
		{20, 10, 19, 20},
		{21, 11, 20, 21},
		{100, 50, 95, 99},
		{101, 51, 96, 100},
		{200, 100, 190, 198},
	}
	for _, test := range tests {
		h := NewHistogram()
		for i := range test.n {
			h.Record(time.Duration(i+1) * time.Microsecond)
		}
		s := h.Summary()
		for _, p := range []struct {
			q    string
			got  float64
			want int
		}{{"p50", s.P50, test.p50}, {"p95", s.P95, test.p95}, {"p99", s.P99, test.p99}} {
			if got := int(math.Round(p.got * 1e6)); got != p.want {
				t.Errorf("%s of 1 to %d is %d, want %d", p.q, test.n, got, p.want)
			}
		}
	}
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
