package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/klog/v2"

	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// sandboxName is how "lab exec" finds a running laboratory.
const sandboxName = "lab"

// outsidePorts is how many endpoints can be exposed outside of the sandbox.
const outsidePorts = 16

func newUp() *cobra.Command {
	var options cluster.Options
	var only, without []string
	command := &cobra.Command{
		Use:   "up",
		Short: "Bring the laboratory up until Ctrl-C",
		Long: `up brings the laboratory up, prints its endpoints and the path of a kubeconfig, and takes everything down on Ctrl-C.
Endpoints on 127.0.0.1 and the kubeconfig work from anywhere on this machine; all other addresses are inside only
("lab exec"). The first time, it builds the control plane, which takes minutes, and installs the model servers with npm.

Its parts are ` + strings.Join(names(parts), ", ") + `.`,
		Example: `  go run ./cmd/lab up
  go run ./cmd/lab up --hpa-sync-period=2s
  go run ./cmd/lab up --only=functions              # what a part needs is there, too
  go run ./cmd/lab up --without=llama,containers    # and without what needs them`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			chosen, err := choose(only, without)
			if err != nil {
				return err
			}
			return up(command.Context(), command.OutOrStdout(), options, chosen)
		},
	}
	flags := command.Flags()
	flags.StringSliceVar(&only, "only", nil, "names of the parts to start (default all)")
	flags.StringSliceVar(&without, "without", nil, "names of parts to leave out")
	flags.DurationVar(&options.HPA.SyncPeriod, "hpa-sync-period", 0, "time between two decisions of the HPA (default of Kubernetes: 15s)")
	flags.DurationVar(&options.HPA.DownscaleStabilization, "hpa-downscale-stabilization", 0, "how far back the HPA looks before it scales down (5m)")
	flags.DurationVar(&options.HPA.InitialReadinessDelay, "hpa-initial-readiness-delay", 0, "how long a pod counts as starting (30s)")
	flags.DurationVar(&options.HPA.CPUInitialization, "hpa-cpu-initialization-period", 0, "how long the HPA ignores the CPU use of a starting pod (5m)")
	flags.DurationVar(&options.NodeMonitorGrace, "node-monitor-grace-period", 0, "how long a silent node counts as healthy (50s)")
	return command
}

// up brings it up, shows it, and waits for Ctrl-C.
func up(ctx context.Context, out io.Writer, options cluster.Options, chosen []part) error {
	began := time.Now()
	return inside(ctx, out, options, chosen, func(ctx context.Context, l *laboratory) error {
		if err := l.print(out, time.Since(began)); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-l.died():
			return err
		}
	})
}

// inside does some work in a laboratory that is up, in a sandbox after Enter, and returns when it has taken everything down
// again. Ctrl-C ends the context of the work.
func inside(ctx context.Context, out io.Writer, options cluster.Options, chosen []part, work func(context.Context, *laboratory) error) (err error) {
	box := sandbox.Options{Name: sandboxName, Listeners: outsidePorts}
	for _, p := range chosen {
		if p.prepare != nil {
			box.Prepare = append(box.Prepare, p.prepareOrSay)
		}
	}
	if err := sandbox.Enter(box); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := logToFile(); err != nil {
		return err
	}
	l := &laboratory{options: options, chosen: chosen}
	if l.outside, err = sandbox.Listeners(box); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	if err := l.start(ctx, out); err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted before it was up")
		}
		return err
	}
	err = work(ctx, l)
	stop() // a second Ctrl-C ends it at once; the sandbox cleans up
	fmt.Fprintln(out, "taking everything down")
	return err
}

// start starts the parts, and returns when all are there.
func (l *laboratory) start(ctx context.Context, out io.Writer) error {
	for _, p := range l.chosen {
		fmt.Fprintf(out, "starting %s\n", p.title)
		if err := p.start(ctx, l); err != nil {
			return fmt.Errorf("starting %s: %w", p.title, err)
		}
	}
	if len(l.waits) > 0 {
		fmt.Fprintln(out, "waiting for pods and functions")
	}
	for _, wait := range l.waits {
		if err := wait(ctx); err != nil {
			return err
		}
	}
	return l.writeVariables()
}

// logToFile takes what this program and its libraries log out of the user's sight.
func logToFile() error {
	file, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(file, nil))) // open until the end of the program
	klog.SetSlogLogger(slog.Default())
	return nil
}
