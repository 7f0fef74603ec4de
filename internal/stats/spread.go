package stats

import "slices"

// maxValues is the maximum number of observations that a Spread lists: so few say nothing about percentiles.
const maxValues = 10

// Spread describes a few observations, in seconds.
type Spread struct {
	Count  int     `json:"count"`
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
	// Values are all observations in time order, if there are at most 10.
	Values []float64 `json:"values,omitempty"`
}

// SpreadOf describes observations in time order. The median of an even number is the mean of the two in the middle.
func SpreadOf(xs []float64) Spread {
	n := len(xs)
	if n == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(xs))
	s := Spread{Count: n, Min: sorted[0], Median: (sorted[(n-1)/2] + sorted[n/2]) / 2, Max: sorted[n-1]}
	if n <= maxValues {
		s.Values = slices.Clone(xs)
	}
	return s
}
