package scale

import (
	"fmt"
	"math"
)

// Bounds are the smallest and the largest number of machines, replicas or
// environments; equal ones fix it.
type Bounds struct{ Min, Max int }

// Clamp returns the number within the bounds that is next to n.
func (b Bounds) Clamp(n int) int { return min(max(n, b.Min), b.Max) }

// Check says whether 0 <= Min <= Max.
func (b Bounds) Check() error {
	if b.Min < 0 || b.Max < b.Min {
		return fmt.Errorf("bounds of %d to %d: expected 0 <= least <= largest", b.Min, b.Max)
	}
	return nil
}

// Machines returns the whole machines that hold a demand in machines, at
// most 2^31 - 1 and none for a demand that is not a number. A billionth of a machine is taken for rounding.
func Machines(demand float64) int {
	if !(demand > 0) {
		return 0
	}
	return int(math.Ceil(math.Min(demand, math.MaxInt32) - 1e-9))
}
