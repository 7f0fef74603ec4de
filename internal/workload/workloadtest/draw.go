package workloadtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// DrawWindows draws up to 6 windows, some of which touch or reach to the end.
func DrawWindows(t *rapid.T, span time.Duration) []workload.Window {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "windows"), 0))
	ends := []time.Duration{0, span}
	for range 2 * rapid.IntRange(1, 6).Draw(t, "number of windows") {
		ends = append(ends, time.Duration(r.Int64N(int64(span)+1)))
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	windows := []workload.Window{}
	for i := range ends[1:] {
		if r.IntN(2) == 0 || i == len(ends)-2 && len(windows) == 0 {
			windows = append(windows, workload.Window{From: ends[i], To: ends[i+1]})
		}
	}
	return windows
}

// DrawRecord draws a record of up to 300 requests, with ties and with requests
// at both ends of the span, whose Input numbers them.
func DrawRecord(t *rapid.T, label string) *workload.Recorded {
	span := DrawSpan(t, label, 10*time.Minute)
	// The times come from a generator of their own: rapid's integers are mostly small.
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, label+" seed"), 0))
	times := make([]time.Duration, rapid.IntRange(0, 300).Draw(t, label+" requests"))
	for i := range times {
		times[i] = time.Duration(r.Int64N(int64(span)))
		switch r.IntN(20) {
		case 0:
			times[i] = 0
		case 1:
			times[i] = span - 1
		case 2:
			times[i] = times[i/2]
		}
	}
	slices.Sort(times)
	requests := make([]workload.Request, len(times))
	for i, at := range times {
		requests[i] = workload.Request{At: at, Input: int32(i + 1), Work: time.Duration(i)}
	}
	return workload.NewRecorded(workload.Info{Name: label, Format: "record", Span: span, Rows: int64(len(times)), Notes: []string{"a note"}}, requests)
}

// DrawSpan draws a time from a nanosecond up to a limit, of any order of magnitude.
func DrawSpan(t *rapid.T, label string, limit time.Duration) time.Duration {
	share := rapid.IntRange(0, 1000).Draw(t, label+" span")
	return max(1, time.Duration(math.Pow(float64(limit), float64(share)/1000)))
}

// DrawWithin draws a time from low up to, not including, high, evenly.
func DrawWithin(t *rapid.T, label string, low, high time.Duration) time.Duration {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, label), 0))
	return low + time.Duration(r.Int64N(int64(high-low)))
}

// PoissonRecord is Poisson arrivals of a rate per second as a record, which Scale cannot make again.
func PoissonRecord(rate float64, span time.Duration) *workload.Recorded {
	r := random.New(1, random.Arrivals, 0)
	var requests []workload.Request
	for at := r.ExpFloat64() / rate; at < span.Seconds(); at += r.ExpFloat64() / rate {
		requests = append(requests, workload.Request{At: time.Duration(at * float64(time.Second))})
	}
	return workload.NewRecorded(workload.Info{Name: "poisson", Format: "record", Span: span}, requests)
}

// Poisson is a generator of a rate per second.
func Poisson(rate float64, span time.Duration) v1alpha1.Generator {
	return v1alpha1.Generator{Rate: unit.Rate(rate), Span: unit.Duration(span)}
}
