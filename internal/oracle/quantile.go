package oracle

import "math"

// quantile returns the t at which a tail that falls from 1 to 0 reaches 1 - p.
// The search starts at 1/rate, where rate is the tail's order of decay.
func quantile(tail func(t float64) float64, rate, p float64) float64 {
	if !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	if p == 1 {
		return math.Inf(1)
	}
	low, high := 0.0, 1/rate
	for tail(high) > 1-p && !math.IsInf(high, 1) {
		low, high = high, 2*high
	}
	for {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			return middle
		}
		if tail(middle) > 1-p {
			low = middle
		} else {
			high = middle
		}
	}
}
