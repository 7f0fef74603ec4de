package unit

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDollars(t *testing.T) {
	for text, want := range map[string]string{
		"1606": "1,606.00", "0": "0.00", "100.6": "100.60", "-6.875": "-6.88", "999.995": "1,000.00", "1234567.891": "1,234,567.89",
		"-0.001": "0.00", "12": "12.00", "-1234": "-1,234.00",
	} {
		if got := USD(MustDecimal(text)).Dollars(); got != want {
			t.Errorf("%s dollars are written %s, want %s", text, got, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for text, want := range map[string]string{
		"6000000.5": "6,000,000.5", "0": "0", "-1000": "-1,000", "999": "999", "0.0000166667": "0.0000166667", "123456": "123,456",
	} {
		if got := MustDecimal(text).Grouped(); got != want {
			t.Errorf("%s is written %s, want %s", text, got, want)
		}
	}
}

func TestMoneyAddsUpExactly(t *testing.T) {
	var total Money
	for range 1000 {
		total = total.Plus(USD(MustDecimal("0.0000166667")))
	}
	if got, want := total.String(), "0.0166667"; got != want {
		t.Errorf("a thousand times 0.0000166667 is %s, want %s", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, _ := drawDecimal(t, "a")
		b, _ := drawDecimal(t, "b")
		x, y := USD(a), USD(b)
		if got := x.Plus(y).Minus(y); !got.Equal(x.Decimal) {
			t.Fatalf("%s + %s - %s is %s", x, y, y, got)
		}
		if x.Less(y) != (y.Minus(x).Sign() > 0) {
			t.Fatalf("%s less than %s: %t", x, y, x.Less(y))
		}
		if plain := strings.ReplaceAll(a.Grouped(), ",", ""); plain != a.String() {
			t.Fatalf("%s grouped is %s", a, a.Grouped())
		}
	})
}
