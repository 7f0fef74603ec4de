// Command fulcrum finds out where an AI model should be served: on a Kubernetes
// GPU cluster, on a serverless platform, or on both.
//
// Each subcommand has a file of its own. This package is the only place that
// reads flags, the environment and files, and that wires the others together.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes, as documented in the README.
const (
	exitOK           = 0
	exitError        = 1
	exitInfeasible   = 3 // plan
	exitDiffers      = 4 // plan --verify
	exitCheaper      = 3 // experiment neighbours
	exitOff          = 4 // fidelity
	exitFail         = 3 // bench
	exitInconclusive = 4 // bench, and a plan that was ended early
	exitInvalid      = 5 // bench
)

// streams are the standard streams of a run, so that tests can replace them.
type streams struct {
	in       io.Reader
	out, err io.Writer
	shutdown *shutdown // nil where nothing is cut off
}

// exitStatus is an error that asks for a certain exit code and has already been explained to the user.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	std := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, shutdown: &shutdown{}}
	os.Exit(runWithin(ctx, interruptGrace, std.shutdown, std.err, func() int { return run(ctx, os.Args[1:], std) }))
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, std streams) int {
	root := newRootCommand(std)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	var status exitStatus
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintf(std.err, "%s: %s, ended before it was done\n", cmd.CommandPath(), context.Cause(ctx))
		return exitError
	}
	fmt.Fprintln(std.err, "fulcrum:", err)
	return exitError
}
