package simulate

import "math"

// bucket bounds how many may start per period: it holds up to size tokens and is refilled
// continuously. The zero value bounds nothing.
type bucket struct {
	size   float64
	period float64 // ns in which it is filled
	tokens float64
	at     int64 // when the tokens were counted
}

func newBucket(size int, period int64) bucket {
	return bucket{size: float64(size), period: float64(period), tokens: float64(size)}
}

// take takes a token and reports whether there was one.
func (b *bucket) take(now int64) bool {
	if b.size == 0 {
		return true
	}
	refill := b.size * float64(now-b.at) / b.period
	b.tokens = min(b.size, b.tokens+refill)
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// next returns when there will be a token, after take has found none.
func (b *bucket) next() int64 {
	return b.at + max(1, int64(math.Ceil((1-b.tokens)*b.period/b.size)))
}
