package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/report"
)

// saturateFlags say how to search.
type saturateFlags struct {
	suite      suiteFlags
	from, most unit.Rate
	step, rest unit.Duration
	within     unit.Share
	out        string
	output     string
	yes        bool
}

func newBenchSaturateCommand(std streams) *cobra.Command {
	f := saturateFlags{from: 10, step: unit.Duration(10 * time.Second), rest: unit.Duration(time.Second), within: 0.05}
	cmd := &cobra.Command{
		Use:   "saturate [SUITE]",
		Short: "Find the highest rate at which each target meets the thresholds",
		Long: `Saturate tries one rate after the other, each as an open load of its own. It doubles
the rate until the thresholds do not pass, then bisects until the highest rate that
passed and the lowest that did not are within 5 % of each other. It loads one target at
a time. Targets take turns step by step, so that each recovers while others are loaded.

A step lasts long enough for the intervals of the thresholds. If it is inconclusive, it
is repeated, twice as long each time, up to three times; then it counts as not passed.
The lowest rate that failed is tried once more before the search ends. The load of a
suite file contributes only its arrivals, sizes and seed.

Exit codes: 0 a rate was found, or the maximum rate passes; 1 an error; 3 not even
a rate far below the first one passes; 4 interrupted; 5 the client is the limit.`,
		Example: `  fulcrum bench saturate suite.yaml --most 500/s
  fulcrum bench saturate --target http://127.0.0.1:8080/ --threshold 'latency.p95<=200ms' --threshold 'errors<=1%' --most 500/s --out steps`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, std, args) },
	}
	fs := cmd.Flags()
	f.suite.registerTargets(fs)
	fs.Var(newTextFlag(&f.from, "rate", unit.ParseRate), "from", "first rate to try (default 10/s, or --most if lower)")
	fs.Var(newTextFlag(&f.most, "rate", unit.ParseRate), "most", "max rate to try; required")
	fs.Var(newTextFlag(&f.step, "duration", parseTime), "step", "min duration of a step (default 10s)")
	fs.Var(newTextFlag(&f.rest, "duration", parseTime), "rest", "how long a target recovers after a step (default 1s)")
	fs.Var(newTextFlag(&f.within, "share", parsePart), "within", "end the bisection when the two rates are this close (default 5%)")
	fs.StringVar(&f.out, "out", "", "new folder for the records of each step, as TARGET/STEP, for bench report")
	fs.StringVarP(&f.output, "output", "o", "text", "output format: text or json")
	fs.BoolVar(&f.yes, "yes", false, "do not ask before sending load to other hosts")
	return cmd
}

func (f *saturateFlags) run(cmd *cobra.Command, std streams, args []string) error {
	if !cmd.Flags().Changed("from") && f.most > 0 {
		f.from = min(f.from, f.most)
	}
	if err := f.check(); err != nil {
		return err
	}
	in, err := f.input(cmd.Context(), cmd.Flags(), std, args)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("up to %s in steps of %s, at most about %.3g requests,", f.most, f.step, in.Projected())
	if err := confirmLoad(std, in.Suite, in.Access, func(string) string { return text }, func(int) int64 { return int64(in.Projected()) }, f.yes); err != nil {
		return err
	}
	if f.out != "" {
		if err := os.Mkdir(f.out, 0o755); err != nil {
			return fmt.Errorf("--out: %w: name a new folder", err)
		}
		in.Keep = f.keep
	}
	line := newLiveLine(std.err)
	in.Progress = line.show
	in.Done = func(target string, s analysis.SaturationStep) {
		line.finish()
		if isTerminal(std.err) {
			fmt.Fprintf(std.err, "%s at %s: %s\n", target, unit.Rate(s.Rate), report.StepText(s))
		}
	}
	result, err := bench.Saturate(cmd.Context(), in)
	line.finish()
	if err != nil {
		return err
	}
	return writeSaturation(std, result, f.output)
}

func (f *saturateFlags) check() error {
	switch {
	case f.output != "text" && f.output != "json":
		return fmt.Errorf("--output: expected text or json, got %q", f.output)
	case f.most <= 0 || f.most > 1e6:
		return errors.New("--most: is required: expected the highest rate that may be tried, up to 1,000,000/s, such as 500/s")
	case f.from <= 0 || f.from > f.most:
		return fmt.Errorf("--from: expected a rate above 0 and up to --most, got %s", f.from)
	case f.step < unit.Duration(100*time.Millisecond) || f.step > unit.Duration(time.Hour):
		return fmt.Errorf("--step: expected from 100ms to 1h, got %s", f.step)
	case f.within < 0.01:
		return fmt.Errorf("--within: expected from 1%% to 100%%, got %s", f.within)
	}
	return nil
}

// input reads the suite; one of flags gets the first rate as its load, so that the same checks hold.
func (f *saturateFlags) input(ctx context.Context, fs *pflag.FlagSet, std streams, args []string) (bench.SaturationInput, error) {
	f.suite.rate, f.suite.duration, f.suite.speed = f.from, f.step, 1
	from, err := f.suite.read(fs, std, args)
	if err != nil {
		return bench.SaturationInput{}, err
	}
	in := bench.SaturationInput{
		Suite: from.suite, Tool: "fulcrum " + buildVersion().Version, From: float64(f.from), Most: float64(f.most), Within: float64(f.within),
		Step: f.step.Std(), Rest: f.rest.Std(),
	}
	for _, t := range from.suite.Spec.Targets {
		if !in.Judges(t.Name) {
			return in, fmt.Errorf("target %s: has no threshold to meet: give --threshold, or thresholds in the suite file", t.Name)
		}
	}
	if in.Access, err = accessOf(ctx, from.suite, from.dir); err != nil {
		return in, err
	}
	in.SuiteHash, err = hashOf(from.suite)
	return in, err
}

// keep writes the log of a step where bench report finds it.
func (f *saturateFlags) keep(target string, step int, log []byte) error {
	dir := filepath.Join(f.out, target, fmt.Sprintf("%02d", step+1))
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, recordsFile), log, 0o644)
	}
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// writeSaturation prints the result; the error is the exit code that it asks for.
func writeSaturation(std streams, s *analysis.Saturation, output string) error {
	var err error
	if output == "json" {
		err = report.JSON(std.out, s)
	} else {
		err = report.Saturation(std.out, s, report.Style{Color: isColorful(std.out)})
	}
	if err != nil {
		return err
	}
	has := map[analysis.SaturationOutcome]bool{}
	for _, t := range s.Targets {
		has[t.Outcome] = true
	}
	switch {
	case has[analysis.Stopped]:
		return exitStatus(exitInconclusive)
	case has[analysis.ByOwn]:
		return exitStatus(exitInvalid)
	case has[analysis.NonePass]:
		return exitStatus(exitFail)
	}
	return nil
}
