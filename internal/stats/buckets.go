package stats

import "math/bits"

const (
	// halfBits is the binary logarithm of the buckets to each doubling: 1,024 of them distinguish any two of 1,000 steps, as
	// three significant digits require.
	halfBits = 10
	half     = 1 << halfBits
)

// Buckets counts whole numbers with three significant digits. Those below 2,048 have a bucket each; from there on, each doubling has
// 1,024 buckets of equal width. The layout is that of an HdrHistogram for values from 1 with three digits
// (github.com/HdrHistogram/HdrHistogram), so that the results are the same, without that library's file formats.
type Buckets struct {
	counts []int64
	total  int64
	max    int64
}

// NewBuckets returns empty buckets for values from 0 to max.
func NewBuckets(max int64) *Buckets {
	return &Buckets{counts: make([]int64, bucketOf(max)+1), max: max}
}

// Reset forgets all values.
func (b *Buckets) Reset() {
	clear(b.counts)
	b.total = 0
}

// Add counts n occurrences of a value. A value out of range counts as the nearest one in range.
func (b *Buckets) Add(value, n int64) {
	b.counts[bucketOf(max(0, min(value, b.max)))] += n
	b.total += n
}

// Total is the number of values counted.
func (b *Buckets) Total() int64 { return b.total }

// At returns the rank-th smallest value, from 1 to Total, as the upper end of its bucket, which is too high by less than 0.1 %. Beyond the total
// it is the upper end of the last bucket; without values it is 0.
func (b *Buckets) At(rank int64) int64 {
	if b.total == 0 {
		return 0
	}
	i := 0
	for sum := b.counts[0]; sum < rank && i < len(b.counts)-1; sum += b.counts[i] {
		i++
	}
	return topOf(i)
}

// bucketOf returns the bucket of a value that is not negative.
func bucketOf(value int64) int {
	shift := max(0, bits.Len64(uint64(value))-halfBits-1)
	return shift<<halfBits + int(value>>shift)
}

// topOf returns the largest value of a bucket.
func topOf(bucket int) int64 {
	shift := max(0, bucket>>halfBits-1)
	return int64(bucket-shift<<halfBits+1)<<shift - 1
}
