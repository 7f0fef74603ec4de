package stats

import (
	"math"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/random"
)

// TestBucketsAgreeWithHdrHistogram holds every percentile against the library whose layout this is.
func TestBucketsAgreeWithHdrHistogram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(2, math.MaxInt64).Draw(t, "limit")
		if rapid.Bool().Draw(t, "limit is small") {
			limit = limit%5000 + 2
		}
		ours, library := NewBuckets(limit), hdrhistogram.New(1, limit, 3)
		edge := rapid.Custom(func(t *rapid.T) int64 { // around the ends of buckets
			return int64(1)<<rapid.IntRange(0, 62).Draw(t, "power") + rapid.Int64Range(-2, 2).Draw(t, "beside")
		})
		values := rapid.SliceOfN(rapid.OneOf(edge, rapid.Int64Range(0, 3000), rapid.Int64Range(0, limit)), 1, 100).Draw(t, "values")
		for _, v := range values {
			v, n := max(0, min(v, limit)), rapid.Int64Range(0, 3).Draw(t, "times")
			ours.Add(v, n)
			if err := library.RecordValues(v, n); err != nil {
				t.Fatal(err)
			}
		}
		n := library.TotalCount()
		if ours.Total() != n {
			t.Fatalf("%d values, want %d", ours.Total(), n)
		}
		for rank := int64(1); rank <= n; rank++ {
			// The library takes the rank nearest to a share of the count; the share of a whole rank is that rank.
			want := library.ValueAtPercentile(100 * float64(rank) / float64(n))
			if got := ours.At(rank); got != want {
				t.Fatalf("value %d of %d is %d, want %d", rank, n, got, want)
			}
		}
	})
}

// TestEveryBucket visits all of them: they follow one another without a gap.
func TestEveryBucket(t *testing.T) {
	next := int64(0)
	for i := range bucketOf(math.MaxInt64) + 1 {
		top := topOf(i)
		if bucketOf(next) != i || bucketOf(top) != i || top < next || top-next > next/1000 {
			t.Fatalf("bucket %d holds %d to %d, but these are in %d and %d", i, next, top, bucketOf(next), bucketOf(top))
		}
		next = top + 1
	}
	if next != math.MinInt64 { // one more than the largest
		t.Errorf("the last bucket ends at %d", next-1)
	}
}

func TestBucketsAtTheLimits(t *testing.T) {
	b := NewBuckets(100)
	if b.Total() != 0 || b.At(1) != 0 {
		t.Errorf("empty buckets hold %d values, the first of them %d", b.Total(), b.At(1))
	}
	b.Add(-5, 1)
	b.Add(1_000, 2)
	for rank, want := range map[int64]int64{-1: 0, 0: 0, 1: 0, 2: 100, 3: 100, 4: 100, math.MaxInt64: 100} {
		if got := b.At(rank); got != want {
			t.Errorf("value %d is %d, want %d", rank, got, want)
		}
	}
	if b.Reset(); b.Total() != 0 || b.At(3) != 0 {
		t.Errorf("after a reset there are %d values, the third of them %d", b.Total(), b.At(3))
	}
}

// BenchmarkBuckets counts ten thousand times and reads three percentiles, beside the library.
func BenchmarkBuckets(b *testing.B) {
	rng := random.New(1, 0, 0)
	values := make([]int64, 10_000)
	for i := range values {
		values[i] = int64(rng.ExpFloat64() * 1e5)
	}
	const limit = int64(30 * 24 * 3600 * 1e6)
	b.Run("buckets", func(b *testing.B) {
		h := NewBuckets(limit)
		for b.Loop() {
			h.Reset()
			for _, v := range values {
				h.Add(v, 1)
			}
			_, _, _ = h.At(5000), h.At(9500), h.At(9900)
		}
	})
	b.Run("hdrhistogram", func(b *testing.B) {
		h := hdrhistogram.New(1, limit, 3)
		for b.Loop() {
			h.Reset()
			for _, v := range values {
				_ = h.RecordValue(v)
			}
			_, _, _ = h.ValueAtPercentile(50), h.ValueAtPercentile(95), h.ValueAtPercentile(99)
		}
	})
}
