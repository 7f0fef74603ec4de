package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/test/lab/binary"
	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// sandboxName is how "lab exec" finds a running laboratory.
const sandboxName = "lab"

// outsidePorts is how many endpoints can be exposed outside of the sandbox.
const outsidePorts = 16

func newUp() *cobra.Command {
	var options cluster.Options
	command := &cobra.Command{
		Use:   "up",
		Short: "Bring the laboratory up until Ctrl-C",
		Long: `up brings the laboratory up, prints its endpoints and the path of a kubeconfig, and takes everything down on Ctrl-C.
Endpoints on 127.0.0.1 and the kubeconfig work from anywhere on this machine; all other addresses are inside only
("lab exec").`,
		Example: `  go run ./cmd/lab up
  go run ./cmd/lab up --hpa-sync-period=1s --hpa-downscale-stabilization=5s`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return up(command.Context(), command.OutOrStdout(), options)
		},
	}
	flags := command.Flags()
	flags.DurationVar(&options.HPA.SyncPeriod, "hpa-sync-period", 0, "time between two decisions of the HPA (default of Kubernetes: 15s)")
	flags.DurationVar(&options.HPA.DownscaleStabilization, "hpa-downscale-stabilization", 0, "how far back the HPA looks before it scales down (5m)")
	flags.DurationVar(&options.HPA.InitialReadinessDelay, "hpa-initial-readiness-delay", 0, "how long a pod counts as starting (30s)")
	flags.DurationVar(&options.HPA.CPUInitialization, "hpa-cpu-initialization-period", 0, "how long the HPA ignores the CPU use of a starting pod (5m)")
	flags.DurationVar(&options.NodeMonitorGrace, "node-monitor-grace-period", 0, "how long a silent node counts as healthy (50s)")
	return command
}

// up runs inside a sandbox after Enter, and returns when it has taken everything down again.
func up(ctx context.Context, out io.Writer, options cluster.Options) (err error) {
	box := sandbox.Options{Name: sandboxName, Listeners: outsidePorts, Prepare: []func(context.Context) error{binary.Build}}
	if err := sandbox.Enter(box); err != nil {
		return err
	}
	began := time.Now()
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	l := &laboratory{options: options}
	if l.outside, err = sandbox.Listeners(box); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.stop()) }()
	for _, p := range parts {
		fmt.Fprintf(out, "starting %s\n", p.name)
		if err := p.start(ctx, l); err != nil {
			return fmt.Errorf("starting %s: %w", p.name, err)
		}
	}
	if err := l.print(out, time.Since(began)); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		stop() // a second Ctrl-C ends it at once; the sandbox cleans up
		fmt.Fprintln(out, "taking everything down")
		return nil
	case err := <-l.cluster.Died():
		return err
	}
}

// print writes what there is.
func (l *laboratory) print(out io.Writer, took time.Duration) error {
	fmt.Fprintf(out, "\nThe laboratory is up after %s.\n\n", took.Round(100*time.Millisecond))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range l.endpoints {
		fmt.Fprintf(table, "%s\t%s\t%s\n", e.name, e.outside, e.inside)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n    export KUBECONFIG=%s\n\nCtrl-C ends it.\n", l.kubeconfig)
	return nil
}
