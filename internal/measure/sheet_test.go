package measure

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestColumnKeepsEveryDigit: whatever is put in comes out, in blocks that are narrow, wide, constant or not full.
func TestColumnKeepsEveryDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c column
		var want []int64
		for range rapid.IntRange(0, 4).Draw(t, "stretches") {
			base := rapid.Int64().Draw(t, "base")
			span := rapid.SampledFrom([]int64{1, 1000, math.MaxUint32, math.MaxInt64}).Draw(t, "span")
			r := rand.New(rand.NewPCG(uint64(base), 1))
			for range rapid.IntRange(1, 2*blockSize).Draw(t, "count") {
				want = append(want, base+r.Int64N(span))
			}
		}
		for _, v := range want {
			c.append(v)
		}
		for i, v := range want {
			if got := c.at(i); got != v {
				t.Fatalf("number %d of %d is %d, want %d", i, len(want), got, v)
			}
		}
	})
}

// TestSheetSaysWhatTheLogSays, when records end out of order and after a warm-up.
func TestSheetSaysWhatTheLogSays(t *testing.T) {
	l := twoTargets(100, ms)
	l.Records[3].Kind, l.Records[8].Cold, l.Records[9].Reused = Timeout, true, true
	l.Records[11].LastByte += 20 * time.Second
	l.Header.Warmup = 100 * ms
	l.Header.Thresholds = []Threshold{{Metric: "latency", Percentile: 95, Most: 0.022}}
	want, err := json.Marshal(Analyse(l, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i := 5; i < len(l.Records); i += 7 {
		l.Records[i], l.Records[i-5] = l.Records[i-5], l.Records[i]
	}
	s, err := ReadSheet(bytes.NewReader(written(t, l)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(s.Analyse(1))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the sheet says\n%s\nthe log said\n%s", got, want)
	}
}

// written is a log as a file.
func written(t testing.TB, l *Log) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, l.Header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.Records {
		if err := w.Append(&l.Records[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range l.ColdStarts {
		if err := w.AppendColdStart(c); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range l.KeepAlives {
		if err := w.AppendKeepAlive(k); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(*l.End); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSheetIsSmall: 100,000 requests at 10,000/s take a few megabytes.
func TestSheetIsSmall(t *testing.T) {
	const n = 100_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := newSheet(testHeader())
	r := rng(1)
	for i := range int64(n) {
		at := time.Duration(i) * 100 * time.Microsecond
		took := time.Duration(r.ExpFloat64() * float64(20*ms))
		s.record(&Record{
			Sequence: i, Round: i / 2, Target: int(i % 2), Scheduled: at, Sent: at + 50, Connected: at + 60, Reused: true,
			FirstByte: at + took, FirstToken: Unseen, LastByte: at + took,
		})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if bytes := float64(after.HeapAlloc) - float64(before.HeapAlloc); bytes/n > 40 {
		t.Errorf("%.1f bytes for each request, want at most 40", bytes/n)
	}
	runtime.KeepAlive(s)
}
