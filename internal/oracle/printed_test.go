package oracle

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

// printed fails unless got rounds to want, to the digits that want is given with.
func printed(t *testing.T, what string, got float64, want string) {
	t.Helper()
	value, err := strconv.ParseFloat(want, 64)
	if err != nil {
		t.Fatal(err)
	}
	_, decimals, _ := strings.Cut(want, ".")
	if half := 0.5 * math.Pow10(-len(decimals)); !(math.Abs(got-value) <= half*(1+1e-9)) {
		t.Errorf("%s = %.10g, want %s", what, got, want)
	}
}

// near fails unless got and want differ by no more than a share of want.
func near(t interface {
	Helper()
	Errorf(format string, args ...any)
}, what string, got, want, share float64,
) {
	t.Helper()
	if !(math.Abs(got-want) <= share*math.Abs(want)) {
		t.Errorf("%s = %.12g, want %.12g", what, got, want)
	}
}

// must returns the value of a call that may not fail.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
