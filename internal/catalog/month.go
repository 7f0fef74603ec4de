package catalog

import (
	"fmt"
	"math"
	"math/bits"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// MonthlyUsage scales usage measured over span to a billing month of 730 h,
// rounding half up to whole base units. It is an error when span is not
// positive, when usage is negative, or when the month's usage overflows.
func MonthlyUsage(u Usage, span time.Duration) (Usage, error) {
	if span <= 0 {
		return nil, fmt.Errorf("expected a span above 0 to extrapolate a month from, got %s", span)
	}
	month := make(Usage, len(u))
	for m, n := range u {
		if n < 0 {
			return nil, fmt.Errorf("usage of %s is negative: %d", m, n)
		}
		scaled, fits := scale(uint64(n), uint64(unit.Month), uint64(span))
		if !fits {
			return nil, fmt.Errorf("a month's usage of %s overflows: %d in %s", m, n, span)
		}
		month[m] = scaled
	}
	return month, nil
}

// scale returns n x by / over rounded half up, and whether it fits an int64.
func scale(n, by, over uint64) (int64, bool) {
	high, low := bits.Mul64(n, by)
	low, carry := bits.Add64(low, over/2, 0)
	high += carry
	if high >= over {
		return 0, false
	}
	quotient, _ := bits.Div64(high, low, over)
	return int64(quotient), quotient <= math.MaxInt64
}
