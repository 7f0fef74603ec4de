package random

import "math"

// rankSlack is the relative error that the product of a share and a count may carry: a few roundings of a float64.
const rankSlack = 1e-14

// Rank returns the rank, from 1, of the percentile at a share q (0.95 for p95) among n sorted values, by the nearest-rank
// definition that every percentile of Fulcrum follows: the smallest rank such that at least a share q of the values lie at
// or below it, ceil(q n). The percentile is always one of the values, never one between two. A p95 is then within a bound if and only if
// at most floor(0.05 n) of the values exceed that bound.
//
// A q outside of 0 to 1 counts as the nearer of the two, and a q of 0 gives the smallest value. Without values the rank is 0.
//
// 0.95 and 0.07 are not exactly representable, so a product that is a whole number except for rounding counts as that number:
// p7 of 100 values has the rank 7, not 8.
func Rank(q float64, n int) int {
	x := q * float64(n)
	if rank := math.Ceil(x - x*rankSlack); rank >= 1 {
		return int(min(rank, float64(n)))
	}
	return min(1, max(0, n))
}

// Allowed returns how many of n values may lie beyond a bound that a share of them may miss: floor(share n), where a product
// that is a whole number except for rounding counts as that number: 29 % of 100 are 29. A share outside of 0 to 1 counts as the
// nearer of the two.
func Allowed(share float64, n int64) int64 {
	x := share * float64(n)
	if whole := math.Floor(x + x*rankSlack); whole > 0 {
		return int64(min(whole, float64(n)))
	}
	return 0
}
