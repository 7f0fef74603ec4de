package stats

import "fulcrum.dev/fulcrum/internal/random"

// NearestRank returns the percentile at a share q, from 0 to 1, of values that are sorted and not empty, by the
// nearest-rank definition (random.Rank).
func NearestRank[T any](sorted []T, q float64) T { return sorted[random.Rank(q, len(sorted))-1] }
