package unit

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Decimal is an exact, immutable decimal number. The zero value is 0.
//
// Addition, subtraction and multiplication never round. Only Ratio and Round
// do, and both name the number of places that they keep.
type Decimal struct{ d apd.Decimal }

// exact is the arithmetic context without a precision: apd then returns exact
// sums and products.
var exact = apd.BaseContext

// maxDecimalDigits bounds what ParseDecimal accepts, so that a hostile
// exponent cannot make later arithmetic use unbounded memory.
const maxDecimalDigits = 60

// NewDecimal returns coefficient x 10^exponent.
func NewDecimal(coefficient int64, exponent int32) Decimal {
	return Decimal{d: *apd.New(coefficient, exponent)}
}

// ParseDecimal reads a plain or scientific decimal such as 0.0000166667 or 1.67e-05.
func ParseDecimal(s string) (Decimal, error) {
	d, _, err := apd.NewFromString(strings.TrimSpace(s))
	if err != nil || d.Form != apd.Finite {
		return Decimal{}, fmt.Errorf("expected a decimal number such as 0.526, got %q", s)
	}
	if d.NumDigits() > maxDecimalDigits || d.Exponent > maxDecimalDigits || d.Exponent < -maxDecimalDigits {
		return Decimal{}, fmt.Errorf("expected a decimal number of at most %d digits, got %q", maxDecimalDigits, s)
	}
	return Decimal{d: *d}, nil
}

// MustDecimal is ParseDecimal for constants in source code.
func MustDecimal(s string) Decimal {
	d, err := ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Ratio returns numerator/denominator rounded half up to the given number of
// places. The denominator must be positive.
func Ratio(numerator, denominator *big.Int, places int32) Decimal {
	scaled := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)
	scaled.Mul(scaled, numerator)
	half := new(big.Int).Rsh(denominator, 1)
	if scaled.Sign() < 0 {
		half.Neg(half)
	}
	scaled.Add(scaled, half).Quo(scaled, denominator)
	coefficient := new(apd.BigInt).SetMathBigInt(scaled)
	d := apd.NewWithBigInt(coefficient, -places)
	d.Reduce(d)
	return Decimal{d: *d}
}

// Add returns a + b.
func (a Decimal) Add(b Decimal) Decimal {
	var r Decimal
	_, _ = exact.Add(&r.d, &a.d, &b.d) // exact context: the only error is an exponent that ParseDecimal excludes
	return r
}

// Sub returns a - b.
func (a Decimal) Sub(b Decimal) Decimal { return a.Add(b.Neg()) }

// Mul returns a x b.
func (a Decimal) Mul(b Decimal) Decimal {
	var r Decimal
	_, _ = exact.Mul(&r.d, &a.d, &b.d) // as in Add
	return r
}

// Neg returns -a.
func (a Decimal) Neg() Decimal {
	var r Decimal
	r.d.Neg(&a.d)
	return r
}

// Round returns a rounded half up to the given number of places.
func (a Decimal) Round(places int32) Decimal {
	// Precision for every digit of the result, which Quantize would give up as NaN otherwise.
	digits := a.d.NumDigits() + max(0, int64(a.d.Exponent)+int64(places)) + 1
	ctx := apd.BaseContext.WithPrecision(uint32(digits))
	ctx.Rounding = apd.RoundHalfUp
	var r Decimal
	_, _ = ctx.Quantize(&r.d, &a.d, -places) // the precision leaves no error
	if r.d.IsZero() {
		r.d.Negative = false
	}
	return r
}

// int64 returns a rounded half up to a whole number, and whether that fits.
func (a Decimal) int64() (int64, bool) {
	n, err := strconv.ParseInt(a.Round(0).String(), 10, 64)
	return n, err == nil
}

// Cmp returns -1, 0 or 1 as a is less than, equal to or greater than b.
func (a Decimal) Cmp(b Decimal) int { return a.d.Cmp(&b.d) }

// Equal reports whether a and b are the same number, however many zeros they were written with.
func (a Decimal) Equal(b Decimal) bool { return a.Cmp(b) == 0 }

// Sign returns -1, 0 or 1.
func (a Decimal) Sign() int { return a.d.Sign() }

// IsZero reports whether a is 0.
func (a Decimal) IsZero() bool { return a.d.IsZero() }

// Float64 returns the nearest float64, for ratios and charts, never for bills.
func (a Decimal) Float64() float64 {
	f, _ := a.d.Float64()
	return f
}

// String returns plain notation without trailing zeros after the point.
func (a Decimal) String() string {
	var r apd.Decimal
	r.Reduce(&a.d)
	return r.Text('f')
}

// MarshalJSON writes the number as a JSON string, exactly.
func (a Decimal) MarshalJSON() ([]byte, error) { return json.Marshal(a.String()) }

// UnmarshalJSON reads a JSON number or a string that holds one.
func (a *Decimal) UnmarshalJSON(data []byte) error {
	d, err := ParseDecimal(strings.Trim(string(data), `"`))
	if err != nil {
		return err
	}
	*a = d
	return nil
}
