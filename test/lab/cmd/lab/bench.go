package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/internal/suitefile"
	"fulcrum.dev/fulcrum/test/lab/binary"
	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// peers is the suite that asks both models in all their homes.
//
//go:embed peers.yaml
var peers []byte

// peersFile is where it lies inside.
var peersFile = filepath.Join(sandbox.Scratch, "peers.yaml")

// benchParts are those that it asks.
var benchParts = []string{"encoder", "llama", "encoder-function", "llama-function", "containers", "llama-containers", "offline"}

// leaving is how long fulcrum may take, after Ctrl-C, to leave what it has made cold as it was.
const leaving = 2 * time.Minute

func newBench() *cobra.Command {
	var out string
	command := &cobra.Command{
		Use:   "bench [SUITE]",
		Short: "Run a suite of fulcrum bench against the laboratory, and keep the records and the report",
		Long: `bench brings the laboratory up, runs "fulcrum bench", built from this checkout, inside, keeps its records and its report as
text, JSON and a page in a folder, and takes everything down. Without a SUITE it runs cmd/lab/peers.yaml, which asks the
encoder and the language model as pods, as functions and as containers in one run, and brings cold starts of each about.
The exit code is that of fulcrum.`,
		Example: `  go run ./cmd/lab bench --out /tmp/run
  go run ./cmd/lab bench my-suite.yaml --out /tmp/run   # with addresses inside, as "lab up" shows them`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			suite := peersFile
			if len(args) == 1 {
				suite = args[0]
			}
			return bench(command.Context(), command.OutOrStdout(), suite, out)
		},
	}
	command.Flags().StringVar(&out, "out", "run", "new folder for the records and the report")
	return command
}

// bench runs a suite inside.
func bench(ctx context.Context, stdout io.Writer, suite, out string) error {
	text := peers
	if suite != peersFile {
		var err error
		if text, err = os.ReadFile(suite); err != nil {
			return err
		}
	}
	if _, err := suitefile.Load(suite, text); err != nil {
		return err // at once, and not when all is up
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(out, "records.bin")); err == nil {
		return fmt.Errorf("--out: %s holds a run already: name a new folder", out)
	}
	chosen, err := choose(benchParts, nil)
	if err != nil {
		return err
	}
	chosen = append([]part{{name: "fulcrum", title: "fulcrum", prepare: binary.BuildFulcrum, start: startNothing}}, chosen...)
	return inside(ctx, stdout, cluster.Options{}, chosen, func(ctx context.Context, l *laboratory) error {
		if err := os.WriteFile(peersFile, peers, 0o600); err != nil {
			return err
		}
		if err := l.rouseAll(ctx); err != nil {
			return err
		}
		return l.runSuite(ctx, stdout, suite, out)
	})
}

// startNothing is of a part that only has to be prepared.
func startNothing(context.Context, *laboratory) error { return nil }

// runSuite runs fulcrum and keeps what it says. Its exit code, if that judges a run that was measured, is returned after the
// report is written.
func (l *laboratory) runSuite(ctx context.Context, stdout io.Writer, suite, out string) error {
	fmt.Fprintf(stdout, "fulcrum bench %s --yes --out %s\n\n", suite, out)
	verdict := l.fulcrum(ctx, stdout, "bench", suite, "--yes", "--out", out)
	if verdict != nil && !isVerdict(verdict) {
		return verdict // nothing was measured
	}
	ctx = context.WithoutCancel(ctx) // also of a run that Ctrl-C ended
	for name, args := range map[string][]string{"report.txt": {"--html", filepath.Join(out, "report.html")}, "report.json": {"-o", "json"}} {
		if err := l.writeReport(ctx, filepath.Join(out, name), out, args); err != nil {
			return err
		}
	}
	fmt.Fprintf(stdout, "\nkept in %s: records.bin, report.txt, report.json and, for a browser, report.html\n", out)
	return verdict
}

// writeReport says in a file again what a run has come to.
func (l *laboratory) writeReport(ctx context.Context, path, run string, args []string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	err = l.fulcrum(ctx, file, append([]string{"bench", "report", run}, args...)...)
	if isVerdict(err) {
		return nil // which is known already
	}
	return err
}

// isVerdict says whether an error is an exit code above 1, by which fulcrum judges what it measured.
func isVerdict(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	return ok && exit.ExitCode() > 1
}

// fulcrum runs the program inside until it ends by itself, also after Ctrl-C.
func (l *laboratory) fulcrum(ctx context.Context, stdout io.Writer, args ...string) error {
	path, err := binary.Fulcrum()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	// Hosts that it was allowed to ask are remembered in here, not by the user's own.
	cmd.Env = append(append(os.Environ(), l.variables...), "XDG_CONFIG_HOME="+sandbox.Scratch)
	cmd.Stdout, cmd.Stderr = stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = leaving
	return cmd.Run()
}
