package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/report"
)

// recordsFile is the log in the folder of a run.
const recordsFile = "records.bin"

// bootstrapSeed makes the intervals of a log repeatable.
const bootstrapSeed = 1

// benchFlags say what to run, and where results go.
type benchFlags struct {
	suite  suiteFlags
	out    string
	output string
	html   string
	yes    bool
	// progress is auto, none or json.
	progress string
}

func newBenchCommand(std streams) *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench [SUITE]",
		Short: "Measure real endpoints: one suite, one run, any environment",
		Long: `Bench sends a load to one endpoint, or to several that take turns in one run, and
reports how fast they answer, with confidence intervals. The load is open: a request
is sent when it is due, whether or not earlier ones were answered, and its latency
counts from when it was due. The report shows how late the client itself was; beyond
the gate (p99 of 10ms by default) the run is invalid. Every request is recorded.

A suite can also force cold starts and find out how long a target stays warm without
requests (coldStart and keepAlive of a target). Bench says in advance what it will
change, asks for confirmation every time unless the system is on this machine, and
restores everything, even if the run is stopped.

The suite is a file (kind: Suite), or flags. Hosts other than this machine must be
confirmed once, or with --yes.

Exit codes: 0 every threshold passes, or there is none; 1 an error; 3 a threshold
fails, or a target gave no right answer at all; 4 inconclusive: an interval straddles
its limit, or the run was interrupted; 5 invalid: the client was too slow to measure.`,
		Example: `  fulcrum bench suite.yaml
  fulcrum bench --target http://127.0.0.1:8080/predict --rate 50/s --duration 2m
  fulcrum bench --target k8s=http://127.0.0.1:8080/v1/chat/completions --target 'fn=lambda://infer/v1/chat/completions?region=us-east-1' \
      --protocol openai-chat --model tiny --rate 5/s --duration 10m --out run
  fulcrum bench suite.yaml --cold-starts 20 --yes
  fulcrum bench --target http://127.0.0.1:8080/ --trace access.log.gz --speed 10
  fulcrum bench --target http://127.0.0.1:8080/ --rate 50/s --duration 2m --threshold 'latency.p95<=200ms' --threshold 'errors<=1%'
  fulcrum bench report run --against old-run --html report.html
  fulcrum bench saturate --target http://127.0.0.1:8080/ --threshold 'latency.p95<=200ms' --most 500/s`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd, std, args)
		},
	}
	fs := cmd.Flags()
	f.suite.register(fs)
	fs.StringVar(&f.out, "out", "", "new folder for the records of the run, for bench report")
	fs.StringVarP(&f.output, "output", "o", "text", "output format: text or json")
	fs.StringVar(&f.html, "html", "", "also write the report to this file, as a page with plots")
	fs.StringVar(&f.progress, "progress", "auto", "progress on standard error: auto (a line on a terminal), none, or json (one object per second)")
	fs.BoolVar(&f.yes, "yes", false, "do not ask before sending load to other hosts or changing systems there for cold starts")
	cmd.AddCommand(newBenchReportCommand(std), newBenchSelftestCommand(std), newBenchSaturateCommand(std))
	return cmd
}

func (f *benchFlags) run(cmd *cobra.Command, std streams, args []string) error {
	if f.output != "text" && f.output != "json" {
		return fmt.Errorf("--output: expected text or json, got %q", f.output)
	}
	if err := checkPage(f.html); err != nil {
		return err
	}
	show, finish, err := progressOf(f.progress, std.err)
	if err != nil {
		return err
	}
	in, err := f.suite.input(cmd.Context(), cmd.Flags(), std, args)
	if err != nil {
		return err
	}
	if err := confirm(std, in, f.yes); err != nil {
		return err
	}
	forcers, err := openForcers(in.Suite, in.Access, f.suite.dir)
	if err != nil {
		return err
	}
	if err := announce(std, in, forcers, f.yes); err != nil {
		return err
	}
	in.Forcers = map[string]bench.Forcer{}
	for name, forcer := range forcers {
		in.Forcers[name] = forcer
	}
	in.Progress = show
	columns, err := f.measure(cmd.Context(), in, finish)
	if err != nil {
		return err
	}
	return writeAnalysis(std, analysis.Of(columns, bootstrapSeed), f.output, f.html)
}

// measure runs the suite and reads back what was recorded.
func (f *benchFlags) measure(ctx context.Context, in bench.Input, finish func()) (columns *record.Columns, err error) {
	file, discard, err := f.create()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, discard()) }()
	_, err = bench.Run(ctx, in, file)
	finish()
	if err := errors.Join(err, file.Sync()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	defer file.Close() // read from only, after the Sync
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return record.ReadColumns(file)
}

// create opens the log: in the folder that was asked for, which must not hold another run, or in a temporary file that
// discard removes.
func (f *benchFlags) create() (file *os.File, discard func() error, err error) {
	if f.out == "" {
		file, err := os.CreateTemp("", "fulcrum-bench-*")
		if err != nil {
			return nil, nil, err
		}
		return file, func() error { return os.Remove(file.Name()) }, nil
	}
	if err := os.MkdirAll(f.out, 0o755); err != nil {
		return nil, nil, fmt.Errorf("--out: %w", err)
	}
	file, err = os.OpenFile(filepath.Join(f.out, recordsFile), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, nil, fmt.Errorf("--out: %s holds a run already: name a new folder", f.out)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("--out: %w", err)
	}
	return file, func() error { return nil }, nil
}

// writeAnalysis prints the figures, and writes the page if one is asked for; the error is the exit code that they ask for.
func writeAnalysis(std streams, a *analysis.Result, output, html string) error {
	var err error
	if html != "" {
		if err := replaceFile(html, func(w io.Writer) error { return report.MeasurementHTML(w, a) }); err != nil {
			return fmt.Errorf("--html: %w", err)
		}
	}
	if output == "json" {
		err = report.JSON(std.out, a)
	} else {
		err = report.Measurement(std.out, a, report.Style{Color: isColorful(std.out)})
	}
	switch {
	case err != nil:
		return err
	case !a.Valid:
		return exitStatus(exitInvalid)
	case a.Verdict == analysis.Fail:
		return exitStatus(exitFail)
	case a.Verdict == analysis.Inconclusive || !a.Complete:
		return exitStatus(exitInconclusive)
	}
	return nil
}
