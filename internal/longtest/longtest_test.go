package longtest

import (
	"fmt"
	"testing"
)

// skips records whether a test was skipped, and why.
type skips struct {
	testing.TB
	reason string
}

func (s *skips) Helper() {}

func (s *skips) Skipf(format string, args ...any) { s.reason = fmt.Sprintf(format, args...) }

func TestSwitch(t *testing.T) {
	for value, want := range map[string]struct {
		asked, whole bool
		size         int
		reason       string
	}{
		"":      {false, false, 1, "simulates a year: set FULCRUM_LONG=1 to run it"},
		"1":     {true, false, 2, ""},
		"whole": {true, true, 2, ""},
	} {
		t.Setenv(variable, value)
		var s skips
		if Need(&s, "simulates a year"); s.reason != want.reason {
			t.Errorf("%q: skipped with %q, want %q", value, s.reason, want.reason)
		}
		if Asked() != want.asked || Whole() != want.whole || Pick(1, 2) != want.size {
			t.Errorf("%q: asked %t, whole %t, size %d", value, Asked(), Whole(), Pick(1, 2))
		}
	}
}
