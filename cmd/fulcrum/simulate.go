package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/report"
)

// simulateFlags are those of simulate beside what it shares with plan.
type simulateFlags struct {
	planFlags
	timeline    int
	timelineCSV string
}

// csvMoments is how many moments --timeline-csv writes when --timeline does not say.
const csvMoments = 1000

func newSimulateCommand(std streams) *cobra.Command {
	var f simulateFlags
	cmd := &cobra.Command{
		Use:   "simulate FILE",
		Short: "Run the homes of a model file exactly as written",
		Long: `Simulate runs every home listed in the model file under all of the traffic, with
the settings as written and defaults for the rest. It prints the outcome, the bill,
and the conservation laws that were checked. It does not search. With spec.routing
the homes work together, as one hybrid.

Exit codes: 0 the simulation ran, whether or not the objectives are met; 1 an error.`,
		Example: `  fulcrum simulate examples/two-homes.yaml
  fulcrum simulate examples/two-homes.yaml -o json
  fulcrum simulate examples/hybrid.yaml --timeline-csv timeline.csv`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.simulate(cmd.Context(), std, args[0])
		},
	}
	f.register(cmd, "text or json")
	cmd.Flags().IntVar(&f.timeline, "timeline", 0, "number of moments of the timeline in the json output: replicas, queue, requests in the system, cost so far; 0 for none")
	cmd.Flags().StringVar(&f.timelineCSV, "timeline-csv", "", fmt.Sprintf("also write the timeline to this file; it has %d moments unless --timeline is given", csvMoments))
	return cmd
}

// maxTimeline is the greatest number of moments that a simulation keeps.
const maxTimeline = 100_000

func (f *simulateFlags) simulate(ctx context.Context, std streams, path string) error {
	if f.output != "text" && f.output != "json" {
		return fmt.Errorf("--output: expected text or json, got %q", f.output)
	}
	if f.timeline < 0 || f.timeline > maxTimeline {
		return fmt.Errorf("--timeline: expected from 0 to %d moments, got %d", maxTimeline, f.timeline)
	}
	in, err := f.input(path)
	if err != nil {
		return err
	}
	in.Timeline = f.timeline
	if f.timelineCSV != "" && in.Timeline == 0 {
		in.Timeline = csvMoments
	}
	bar := newProgressBar(std.err, "simulating")
	in.Progress = bar.set
	s, err := plan.Simulate(ctx, in)
	bar.finish()
	if err != nil {
		return fmt.Errorf("simulating %s: %w", path, err)
	}
	if err := f.write(std, s); err != nil || f.timelineCSV == "" {
		return err
	}
	return replaceFile(f.timelineCSV, func(w io.Writer) error { return report.TimelineCSV(w, s) })
}

func (f *simulateFlags) write(std streams, s *plan.Simulation) error {
	if f.output == "json" {
		return report.JSON(std.out, s)
	}
	return report.Simulation(std.out, s, report.Style{Color: isColorful(std.out)})
}
