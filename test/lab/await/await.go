// Package await lets tests wait for a condition instead of a time.
package await

import (
	"context"
	"errors"
	"testing"
	"time"
)

const (
	patience = 30 * time.Second
	poll     = 5 * time.Millisecond
)

// Success waits until a check passes, and fails the test with its last error after half a minute. What it waits for
// is for that message. The check's context ends with the time.
func Success(t testing.TB, what string, check func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		err := check(ctx)
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited %v for this: %s: %v", patience, what, err)
		}
	}
}

// Condition is Success for a condition that has no more to say than whether it holds.
func Condition(t testing.TB, what string, holds func() bool) {
	t.Helper()
	Success(t, what, func(context.Context) error {
		if !holds() {
			return errNot
		}
		return nil
	})
}

var errNot = errors.New("not so yet")
