package unit

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"0.526": "0.526", "1.67e-05": "0.0000167", "100": "100", "1e3": "1000", "0.50": "0.5", "-0": "0", "0.000": "0", " 2 ": "2", "-1.10": "-1.1",
	} {
		if got, err := ParseDecimal(text); err != nil || got.String() != want {
			t.Errorf("ParseDecimal(%q) = %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "x", "nan", "inf", "-Infinity", "1e999", "1e-999", strings.Repeat("9", 61), "1,000", "$5"} {
		if got, err := ParseDecimal(text); err == nil || !strings.HasPrefix(err.Error(), "expected a decimal number") {
			t.Errorf("ParseDecimal(%q) = %s, %v, want an error that says what was expected", text, got, err)
		}
	}
}

func TestDecimalRound(t *testing.T) {
	tests := []struct {
		in     string
		places int32
		want   string
	}{
		{"0.125", 2, "0.13"},
		{"0.124999", 2, "0.12"},
		{"-0.125", 2, "-0.13"},
		{"1250", -2, "1300"},
		{"5", 2, "5"},
		{"1e60", 2, "1" + strings.Repeat("0", 60)},
		{"1e-60", 2, "0"},
		{strings.Repeat("9", 60) + "e60", 9, strings.Repeat("9", 60) + strings.Repeat("0", 60)},
	}
	for _, test := range tests {
		if got := MustDecimal(test.in).Round(test.places); got.String() != test.want {
			t.Errorf("%s rounded to %d places is %s, want %s", test.in, test.places, got, test.want)
		}
	}
	// Products grow beyond what ParseDecimal takes; rounding them must not give NaN.
	large := MustDecimal("9e60")
	if got := large.Mul(large).Mul(large).Round(9); got.String() != "729"+strings.Repeat("0", 180) {
		t.Errorf("(9e60)^3 rounded is %s", got)
	}
}

func TestRatio(t *testing.T) {
	tests := []struct {
		numerator, denominator int64
		places                 int32
		want                   string
	}{
		{1, 3, 4, "0.3333"},
		{2, 3, 4, "0.6667"},
		{1, 2, 0, "1"},
		{-1, 2, 0, "-1"},
		{1, 8, 2, "0.13"},
		{10, 5, 9, "2"},
		{0, 7, 3, "0"},
		{-2, 3, 2, "-0.67"},
	}
	for _, test := range tests {
		if got := Ratio(big.NewInt(test.numerator), big.NewInt(test.denominator), test.places); got.String() != test.want {
			t.Errorf("%d/%d to %d places is %s, want %s", test.numerator, test.denominator, test.places, got, test.want)
		}
	}
}

// drawDecimal draws a decimal together with the fraction that it is.
func drawDecimal(t *rapid.T, label string) (Decimal, *big.Rat) {
	coefficient := rapid.Int64().Draw(t, label)
	exponent := rapid.Int32Range(-20, 20).Draw(t, label+" exponent")
	d := NewDecimal(coefficient, exponent)
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		t.Fatalf("%s is no number", d)
	}
	return d, r
}

// TestDecimalAgreesWithFractions holds the arithmetic to that of big.Rat, which is exact.
func TestDecimalAgreesWithFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, ra := drawDecimal(t, "a")
		b, rb := drawDecimal(t, "b")
		for name, pair := range map[string]struct {
			got  Decimal
			want *big.Rat
		}{
			"sum":        {a.Add(b), new(big.Rat).Add(ra, rb)},
			"difference": {a.Sub(b), new(big.Rat).Sub(ra, rb)},
			"product":    {a.Mul(b), new(big.Rat).Mul(ra, rb)},
			"negative":   {a.Neg(), new(big.Rat).Neg(ra)},
		} {
			if got, ok := new(big.Rat).SetString(pair.got.String()); !ok || got.Cmp(pair.want) != 0 {
				t.Fatalf("%s of %s and %s is %s, want %s", name, a, b, pair.got, pair.want)
			}
		}
		if got, want := a.Cmp(b), ra.Cmp(rb); got != want || a.Equal(b) != (want == 0) || a.Sign() != ra.Sign() || a.IsZero() != (ra.Sign() == 0) {
			t.Fatalf("%s and %s compare as %d, want %d", a, b, got, want)
		}
	})
}

func TestDecimalRoundsToNearest(t *testing.T) {
	half := big.NewRat(1, 2)
	rapid.Check(t, func(t *rapid.T) {
		a, ra := drawDecimal(t, "a")
		places := rapid.Int32Range(0, 12).Draw(t, "places")
		rounded, ok := new(big.Rat).SetString(a.Round(places).String())
		if !ok {
			t.Fatalf("%s rounded is %s", a, a.Round(places))
		}
		scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
		scaled := new(big.Rat).Mul(rounded, scale)
		off := new(big.Rat).Sub(scaled, new(big.Rat).Mul(ra, scale))
		if !scaled.IsInt() || off.Abs(off).Cmp(half) > 0 {
			t.Fatalf("%s rounded to %d places is %s", a, places, a.Round(places))
		}
	})
}

func TestDecimalIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _ := drawDecimal(t, "a")
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var again Decimal
		if err := json.Unmarshal(data, &again); err != nil || !again.Equal(a) {
			t.Fatalf("%s is written %s and read as %s, %v", a, data, again, err)
		}
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, seed := range []string{"0.526", "1.67e-05", "-0", "1e60", "9e-60", strings.Repeat("9", 60)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDecimal(text)
		if err != nil {
			return
		}
		if rounded := d.Mul(d).Round(9).String(); strings.Contains(rounded, "NaN") {
			t.Errorf("the square of %q rounds to %s", text, rounded)
		}
		if written := d.Neg().String(); strings.HasPrefix(written, "-0") && !strings.ContainsAny(written, "123456789") {
			t.Errorf("the negative of %q is written %s", text, written)
		}
	})
}
