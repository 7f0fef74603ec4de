package selftest

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestSelftest: counts must be right; times are never measured shorter than they were. How much longer is up to the machine.
func TestSelftest(t *testing.T) {
	s, err := Run(t.Context(), 800*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]Row{}
	for _, r := range s.Rows {
		rows[r.Case+", "+r.Quantity] = r
	}
	for name, least := range map[string]float64{
		"service time of 40 ms, service p50": 0.040, "trickles for 100 ms, service p50": 0.090, "frozen a fifth of the time, latency p99": 0.120,
	} {
		r, found := rows[name]
		if !found || r.True < least || r.Measured < least {
			t.Errorf("%s: %+v (%t), want at least %g s", name, r, found, least)
		}
	}
	if r := rows["closes every fifth connection, closed"]; r.True < 15 || r.Off() != 0 {
		t.Errorf("%+v", r)
	}
	if len(rows) != 16 {
		t.Errorf("%d rows: %v", len(rows), rows)
	}
}

func TestSelftestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, time.Hour); err == nil || !strings.Contains(err.Error(), "was stopped: interrupted") {
		t.Errorf("error %v", err)
	}
}
