package target

import (
	"testing"
)

func TestRedact(t *testing.T) {
	for _, test := range []struct{ text, secret, want string }{
		{"no secret", "", "no secret"},
		{"nothing of it", "0123456789", "nothing of it"},
		{"got 0123456789, want another", "0123456789", "got [hidden], want another"},
		{"0123456789 and 0123456789", "0123456789", "[hidden] and [hidden]"},
		{"breaks off: 012345678", "0123456789", "breaks off: [hidden]"},
		{"only 0123", "0123456789", "only 0123"},
		{"short: abc", "abc", "short: [hidden]"},
	} {
		if got := redact(test.text, test.secret); got != test.want {
			t.Errorf("%q without %q: %q, want %q", test.text, test.secret, got, test.want)
		}
	}
}
