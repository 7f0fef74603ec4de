// Package longtest is the one switch for tests that take long: the environment variable FULCRUM_LONG.
//
// Without it a test takes the few cases that find most faults, and [Need] skips what cannot be made short, with a line that says
// why. FULCRUM_LONG=1 runs everything at full size, in minutes, as .ci/run does. FULCRUM_LONG=whole takes the recorded traces
// whole as well, in hours. A package whose laws are dear starts at [Main], a test with a size to choose at [Pick].
package longtest

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
)

const variable = "FULCRUM_LONG"

// Asked reports whether long tests are asked for.
func Asked() bool { return os.Getenv(variable) != "" }

// Whole reports whether the recorded traces are to be taken whole.
func Whole() bool { return os.Getenv(variable) == "whole" }

// Need skips a test unless long tests are asked for. The reason says what takes long, as in "plans 9 recorded traces".
func Need(t testing.TB, reason string) {
	t.Helper()
	if !Asked() {
		t.Skipf("%s: set %s=1 to run it", reason, variable)
	}
}

// Pick returns the usual value, or the long one where long tests are asked for.
func Pick[T any](usual, long T) T {
	if Asked() {
		return long
	}
	return usual
}

// Main runs a package's tests with its rapid laws tried on this many drawn cases, usually and where long tests are asked for.
// A package's TestMain calls it where 100 cases, which is what rapid takes, cost more than a second. -rapid.checks on the
// command line comes before both.
func Main(m *testing.M, usual, long int) {
	for name, value := range map[string]string{"rapid.checks": strconv.Itoa(Pick(usual, long)), "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, "longtest:", err)
			os.Exit(2)
		}
	}
	os.Exit(m.Run())
}
