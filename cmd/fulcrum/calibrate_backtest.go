package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/calibrate"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/report"
)

// backtestSchema names the form of `fulcrum calibrate backtest -o json`.
const backtestSchema = "fulcrum.dev/backtest/v1alpha1"

// backtestDocument is what came of a backtest, for programs.
type backtestDocument struct {
	SchemaVersion string                `json:"schemaVersion"`
	Backtests     []*calibrate.Backtest `json:"backtests"`
}

func newBacktestCommand(std streams) *cobra.Command {
	var output string
	within := unit.Share(0.1)
	cmd := &cobra.Command{
		Use:   "backtest PROFILE RUN",
		Short: "Compare the predictions of a calibration with another run",
		Long: `Backtest simulates the requests of a run on one replica with the calibrated profile,
at the times when they were due and with their actual sizes. It prints the simulated
figures beside the measured ones. The run should have another load on the same
server: another rate, another shape, other sizes.

Exit codes: 0 p50 and p95 are predicted within --within; 1 an error; 3 they are not.`,
		Example: `  fulcrum calibrate backtest profile.yaml other-run
  fulcrum calibrate backtest profile.yaml other-run --within 5% -o json`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: expected text or json, got %q", output)
			}
			return backtest(cmd.Context(), std, args[0], args[1], float64(within), output)
		},
	}
	cmd.Flags().Var(newTextFlag(&within, "share", parsePart), "within", "max relative error of p50 and p95 (default 10%)")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "output format: text or json")
	return cmd
}

func backtest(ctx context.Context, std streams, profile, run string, within float64, output string) error {
	if isFolder(profile) && !isFolder(run) {
		return fmt.Errorf("expected PROFILE and then RUN, got a folder and then what is none: "+
			"for the other order, fulcrum calibrate backtest %s %s", run, profile)
	}
	c, err := readCalibration(profile)
	if err != nil {
		return err
	}
	log, err := readRun(run, record.ReadLog)
	if err != nil {
		return err
	}
	pairs, err := pairTargets(c, log)
	if err != nil {
		return fmt.Errorf("%s: %w", run, err)
	}
	var list []*calibrate.Backtest
	worst := 0.0
	for _, p := range pairs {
		b, err := calibrate.Against(ctx, p.calibrated, log, p.index, replaySeed)
		if err != nil {
			return fmt.Errorf("%s: target %s: %w", run, log.Header.Targets[p.index].Name, err)
		}
		list = append(list, b)
		worst = max(worst, b.Worst)
	}
	if output == "json" {
		err = report.JSON(std.out, backtestDocument{backtestSchema, list})
	} else {
		err = report.Backtests(std.out, list, within, report.Style{Color: isColorful(std.out)})
	}
	if err == nil && worst > within {
		return exitStatus(exitFail)
	}
	return err
}

// targetPair is a calibrated target and its index in a run.
type targetPair struct {
	calibrated *v1alpha1.CalibratedTarget
	index      int
}

// pairTargets pairs targets by name; where there is one on either side, the names do not matter.
func pairTargets(c *v1alpha1.Calibration, log *record.Log) ([]targetPair, error) {
	targets := log.Header.Targets
	if len(c.Spec.Targets) == 1 && len(targets) == 1 {
		return []targetPair{{&c.Spec.Targets[0], 0}}, nil
	}
	var pairs []targetPair
	for i := range c.Spec.Targets {
		for j := range targets {
			if targets[j].Name == c.Spec.Targets[i].Name {
				pairs = append(pairs, targetPair{&c.Spec.Targets[i], j})
			}
		}
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("expected a target of the calibration, such as %s, by its name", c.Spec.Targets[0].Name)
	}
	return pairs, nil
}
