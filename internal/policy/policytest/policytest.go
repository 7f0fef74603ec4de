// Package policytest helps to test the packages of policy: constructors that
// must succeed, and the errors of those that must not. Start with Must and
// CheckErrors.
package policytest

import "testing"

// Must returns what a constructor made, and ends the test if it returned an error.
func Must[T any](t interface{ Fatal(...any) }) func(T, error) T {
	return func(made T, err error) T {
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
}

// CheckErrors reports the errors that do not say what they must: their text is
// the key. A nil error is one of them.
func CheckErrors(t *testing.T, errors map[string]error) {
	t.Helper()
	for want, err := range errors {
		if err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
