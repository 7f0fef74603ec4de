package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/internal/experiment"
	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/report"
)

func newExperimentCommand(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "experiment",
		Short:   "Check the planner's answers by brute force",
		Example: `  fulcrum experiment neighbours examples/image-generation.yaml`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newNeighboursCommand(std))
	return cmd
}

// neighboursFlags are those of neighbours beside what it shares with plan.
type neighboursFlags struct {
	planFlags
	plan string
	of   []string
}

func newNeighboursCommand(std streams) *cobra.Command {
	var f neighboursFlags
	cmd := &cobra.Command{
		Use:   "neighbours FILE",
		Short: "Simulate every arrangement one step away from a plan",
		Long: `Neighbours checks a plan by brute force. It plans the model file, or reads a plan of
it, and changes every setting of the best, the runner-up, the best of each side and
the best hybrid by one step: replicas, the bounds and targets of an autoscaler,
instances, concurrency, idle hold, memory, SnapStart, provisioned concurrency, the
base of a hybrid. It adds hybrids of the best cluster and the best serverless home.
Each is simulated on all of the traffic. None should meet the objectives and cost
less. As in plan, a hybrid must save 5 % over a single home.

Settings that the platform or the model file does not allow are left out and
counted. Standard error shows how long the rest takes.

Exit codes: 0 no neighbour is feasible and cheaper, 1 an error, such as a model
without a feasible arrangement, 3 some neighbours are feasible and cheaper.`,
		Example: `  fulcrum experiment neighbours examples/image-generation.yaml
  fulcrum experiment neighbours examples/support-chat.yaml --of best,best-hybrid
  fulcrum plan model.yaml -o json > plan.json; fulcrum experiment neighbours model.yaml --plan plan.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), std, args[0])
		},
	}
	f.register(cmd, "text or json")
	cmd.Flags().StringVar(&f.plan, "plan", "", "read this plan of the same file, written by plan -o json, instead of planning")
	cmd.Flags().StringSliceVar(&f.of, "of", experiment.Names(), "verdicts whose neighbours are simulated")
	return cmd
}

func (f *neighboursFlags) run(ctx context.Context, std streams, path string) error {
	if f.output != "text" && f.output != "json" {
		return fmt.Errorf("--output: expected text or json, got %q", f.output)
	}
	for _, name := range f.of {
		if !slices.Contains(experiment.Names(), name) {
			return fmt.Errorf("--of: expected some of %s, got %q", strings.Join(experiment.Names(), ", "), name)
		}
	}
	in, err := f.input(path)
	if err != nil {
		return err
	}
	p, err := f.planOf(ctx, std, in, path)
	if err != nil {
		return err
	}
	r := newRemaining(std.err, "neighbours")
	in.Progress = r.set
	result, err := experiment.Neighbours(ctx, in, p, f.of...)
	r.finish()
	if err != nil {
		return fmt.Errorf("the neighbours of %s: %w", path, err)
	}
	if f.output == "json" {
		err = report.JSON(std.out, result)
	} else {
		err = report.Neighbours(std.out, result, report.Style{Color: isColorful(std.out)})
	}
	if err == nil && result.Cheaper > 0 {
		return exitStatus(exitCheaper)
	}
	return err
}

// planOf reads the plan that the user has, or makes one.
func (f *neighboursFlags) planOf(ctx context.Context, std streams, in plan.Input, path string) (*plan.Plan, error) {
	if f.plan == "" {
		p, err := f.search(ctx, std, in)
		if err != nil {
			return nil, fmt.Errorf("planning %s: %w", path, err)
		}
		return p, nil
	}
	data, err := os.ReadFile(f.plan)
	if err != nil {
		return nil, fmt.Errorf("--plan: %w", err)
	}
	var p plan.Plan
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("--plan %s: expected what fulcrum plan -o json writes: %w", f.plan, err)
	}
	if p.SchemaVersion != plan.SchemaVersion {
		return nil, fmt.Errorf("--plan %s: expected schemaVersion %s, as fulcrum plan -o json writes it, got %q", f.plan, plan.SchemaVersion, p.SchemaVersion)
	}
	return &p, nil
}
