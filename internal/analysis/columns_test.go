package analysis

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// TestColumnsSayWhatTheLogSays, when records end out of order and after a warm-up.
func TestColumnsSayWhatTheLogSays(t *testing.T) {
	l := twoTargets(100, ms)
	l.Records[3].Kind, l.Records[8].Cold, l.Records[9].Reused = record.Timeout, true, true
	l.Records[11].LastByte += 20 * time.Second
	l.Header.Warmup = 100 * ms
	l.Header.Thresholds = []record.Threshold{{Metric: "latency", Percentile: 95, Max: 0.022}}
	want, err := json.Marshal(Of(l.Columns(), 1))
	if err != nil {
		t.Fatal(err)
	}
	for i := 5; i < len(l.Records); i += 7 {
		l.Records[i], l.Records[i-5] = l.Records[i-5], l.Records[i]
	}
	s, err := record.ReadColumns(bytes.NewReader(written(t, l)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(Of(s, 1))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the columns say\n%s\nthe log said\n%s", got, want)
	}
}

// FuzzOf: no log makes the analysis panic.
func FuzzOf(f *testing.F) {
	l := twoTargets(20, ms)
	f.Add(written(f, l))
	l.ColdStarts, l.KeepAlives = []record.ColdStart{testColdStart()}, []record.KeepAlive{{Target: 1, Warm: time.Minute}}
	l.Records = l.Records[:1]
	f.Add(written(f, l))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := record.ReadColumns(bytes.NewReader(data))
		if err != nil {
			return
		}
		if _, err := json.Marshal(Of(c, 1)); err != nil {
			t.Error(err)
		}
	})
}
