package record

import (
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

// TestColumnsAreSmall: 100,000 requests at 10,000/s take a few megabytes.
func TestColumnsAreSmall(t *testing.T) {
	const n = 100_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s := newColumns(testHeader())
	r := rand.New(rand.NewPCG(1, 1))
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
