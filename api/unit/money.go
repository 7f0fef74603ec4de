package unit

import (
	"fmt"
	"strings"
)

// Money is an exact amount of US dollars.
type Money struct{ Decimal }

// USD returns the amount that d dollars are.
func USD(d Decimal) Money { return Money{Decimal: d} }

// Plus returns m + other.
func (m Money) Plus(other Money) Money { return Money{Decimal: m.Add(other.Decimal)} }

// Minus returns m - other.
func (m Money) Minus(other Money) Money { return Money{Decimal: m.Sub(other.Decimal)} }

// Less reports whether m is the smaller amount.
func (m Money) Less(other Money) bool { return m.Cmp(other.Decimal) < 0 }

// UnmarshalJSON reads a JSON number or a string that holds one.
func (m *Money) UnmarshalJSON(data []byte) error {
	if m.Decimal.UnmarshalJSON(data) != nil {
		return fmt.Errorf("expected an amount of US dollars such as 500 or 0.526, got %q", strings.Trim(string(data), `"`))
	}
	return nil
}

// Dollars renders the amount rounded to cents with thousands separators: 1,606.00.
func (m Money) Dollars() string {
	rounded := m.Round(2)
	s := rounded.d.Text('f')
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, cents, _ := strings.Cut(s, ".")
	return sign + groupThousands(whole) + "." + cents
}

// Grouped renders the exact decimal with thousands separators: 6,000,000.5.
func (a Decimal) Grouped() string {
	s := a.String()
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	whole, fraction, found := strings.Cut(s, ".")
	if found {
		fraction = "." + fraction
	}
	return sign + groupThousands(whole) + fraction
}

func groupThousands(digits string) string {
	first := len(digits) % 3
	var b strings.Builder
	b.WriteString(digits[:first])
	for i := first; i < len(digits); i += 3 {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}
