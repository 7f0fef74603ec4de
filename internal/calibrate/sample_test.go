package calibrate

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/record"
)

// evenly is requests at a rate, the first of them at begin, all answered rightly.
func evenly(begin, span time.Duration, rate float64) []record.Record {
	var records []record.Record
	for at := begin; at < begin+span; at += seconds(1 / rate) {
		records = append(records, record.Record{Scheduled: at, Sent: at, FirstByte: at + 1, LastByte: at + 1})
	}
	return records
}

// TestRateOfShortLoads: a load that is shorter than the window has the rate that it was sent at, as has a longer one.
func TestRateOfShortLoads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		warmup := seconds(rapid.Float64Range(0, 20).Draw(t, "warm-up"))
		span := seconds(rapid.Float64Range(1.1, 30).Draw(t, "span"))
		rate := rapid.Float64Range(200, 400).Draw(t, "rate")
		log := newLog(evenly(0, warmup+span, rate))
		log.Header.Warmup = warmup
		near(t, "rate", newSample(log, 0).rangeOf().Rate, rate, 0.01)
	})
}

// TestGreatestRate holds the window against loads whose rate is not the same all the time.
func TestGreatestRate(t *testing.T) {
	for name, test := range map[string]struct {
		records []record.Record
		want    float64
	}{
		"the busiest ten seconds of a minute": {append(evenly(0, 30*time.Second, 10), evenly(30*time.Second, 30*time.Second, 50)...), 50},
		"a peak shorter than ten seconds":     {append(evenly(0, 5*time.Second, 80), evenly(5*time.Second, 55*time.Second, 20)...), 50},
		"a load that begins late":             {evenly(4*time.Second, 5*time.Second, 52.8), 52.8},
		"a burst counts as a second":          {make([]record.Record, 250), 250},
	} {
		t.Run(name, func(t *testing.T) {
			near(t, "rate", newSample(newLog(test.records), 0).rangeOf().Rate, test.want, 0.02)
		})
	}
}
