// Package sandbox runs a test binary or a command in user, network, mount and process namespaces of its own.
//
// In goes a program that calls Main (a test binary) or Enter (a command) first thing; the program is started again
// inside and goes on from there, with the same arguments, environment, working directory, standard streams and exit
// code. What it finds inside: a network that nothing else uses, where any address of Hosts, Pods and Services can be
// bound; an empty private /dev/shm, which is also TMPDIR; and a /proc of its own processes only. What it leaves
// behind, however it ends, kill -9 of the outer process included: nothing. The kernel ends every process in the
// namespaces and gives back their mounts with the files in them.
//
// Root needs nothing for that; other users need user namespaces. Where they are not allowed the tests that call
// Require are skipped, and say why.
//
// Start at Enter; outer.go is the process that waits outside, init.go the first process inside.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
)

// Scratch is where the private file system for scratch files is mounted. Every Linux system has this folder.
const Scratch = "/dev/shm"

// stageVariable tells a started process which of the three it is: absent is outside, then stageInit:NAME, then
// stageInside:PID.
const (
	stageVariable = "FULCRUM_LAB_SANDBOX"
	stageInit     = "init"
	stageInside   = "inside"
)

// ErrUnavailable means that this machine does not let this user have a sandbox. The error around it says why.
var ErrUnavailable = errors.New("no sandbox on this machine")

// unavailable is why Main runs the tests outside of a sandbox; nil inside.
var unavailable error

// Options are of one sandbox. The zero value will do for tests.
type Options struct {
	// Name tells sandboxes apart for Find.
	Name string

	// ScratchBytes is the most that files under Scratch may hold, 1 GiB if zero. They are held in memory.
	ScratchBytes int64

	// Listeners is the number of listening sockets on 127.0.0.1 outside that the program gets inside (Listeners).
	Listeners int

	// Prepare runs outside before the program is started inside, where there is no way to other machines: to build or
	// fetch what it needs. It does not run where a sandbox is unavailable. Its error is returned by Enter.
	Prepare []func(context.Context) error
}

// Main is for TestMain: it runs all tests inside a sandbox. Where that cannot be had, it runs them outside, so that
// those which do not call Require still run. It does not return.
func Main(m *testing.M, prepare ...func(context.Context) error) {
	err := Enter(Options{Name: "test", Prepare: prepare})
	if err != nil && !errors.Is(err, ErrUnavailable) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	unavailable = err
	os.Exit(m.Run())
}

// Enter returns nil when the program is inside a sandbox. Outside it starts the program again inside, waits for its
// end and exits with its exit code; it returns only if that failed.
func Enter(o Options) error {
	switch name, _ := stage(); name {
	case stageInside:
		return nil
	case stageInit:
		os.Exit(runInit(o))
	}
	code, err := runOuter(o)
	if err != nil {
		return fmt.Errorf("entering a sandbox: %w", err)
	}
	os.Exit(code)
	return nil
}

// Inside reports whether this process is inside a sandbox.
func Inside() bool {
	name, _ := stage()
	return name == stageInside
}

// Require skips a test that has to be inside a sandbox and is not, with the reason.
func Require(t testing.TB) {
	t.Helper()
	switch {
	case Inside():
	case unavailable != nil:
		t.Skip(unavailable)
	default:
		t.Fatal("this test runs in a sandbox only; call sandbox.Main in TestMain of its package")
	}
}
