package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/internal/fidelity"
	"fulcrum.dev/fulcrum/internal/report"
)

// fidelityFlags say what to compare, and how thoroughly.
type fidelityFlags struct {
	output, catalog string
	groups          []string
	seed            uint64
	scale           float64
	workers         int
}

func newFidelityCommand(std streams) *cobra.Command {
	var f fidelityFlags
	cmd := &cobra.Command{
		Use:   "fidelity",
		Short: "Compare the simulator with exact results, and prices with known bills",
		Long: `Fidelity simulates systems that queueing theory has solved, prices usages whose
bills were worked out by hand, and checks the laws that every run must keep. It
prints the expected figures beside the actual ones. A simulated figure is right
within 0.5 % of the exact one, or within its 99 % confidence interval if that is
wider. So one in a hundred such rows is off by chance; with the default seed none
is. Everything takes about a minute on one core.

Exit codes: 0 every row is right, 1 an error, 4 a row is off.`,
		Example: `  fulcrum fidelity
  fulcrum fidelity --group mmc,bills
  fulcrum fidelity --scale 0.1 --seed 2
  fulcrum fidelity -o markdown > docs/fidelity.md`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), std)
		},
	}
	fs := cmd.Flags()
	fs.StringVarP(&f.output, "output", "o", "text", "output format: text, json or markdown")
	fs.StringVar(&f.catalog, "catalog", "", "directory of catalogue files that add to and override the built-in ones")
	fs.StringSliceVar(&f.groups, "group", nil, "only these groups: "+strings.Join(fidelity.GroupNames(), ", "))
	fs.Uint64Var(&f.seed, "seed", 1, "seed of all draws")
	fs.Float64Var(&f.scale, "scale", 1, "multiplies the number of simulated requests; less is faster, with wider intervals")
	fs.IntVar(&f.workers, "workers", runtime.GOMAXPROCS(0), "parallel experiments; changes the speed, never the result")
	return cmd
}

func (f *fidelityFlags) run(ctx context.Context, std streams) error {
	if !slices.Contains([]string{"text", "json", "markdown"}, f.output) {
		return fmt.Errorf("--output: expected text, json or markdown, got %q", f.output)
	}
	bar := newProgressBar(std.err, "comparing")
	result, err := f.compare(ctx, bar.set)
	bar.finish()
	if err != nil {
		return err
	}
	if err := f.write(std.out, result); err != nil {
		return err
	}
	if result.Off > 0 {
		return exitStatus(exitOff)
	}
	return nil
}

func (f *fidelityFlags) compare(ctx context.Context, progress func(done, total int)) (*fidelity.Result, error) {
	cat, err := loadCatalog(f.catalog)
	if err != nil {
		return nil, err
	}
	return fidelity.Run(ctx, cat, fidelity.Options{
		Seed: f.seed, Groups: f.groups, Scale: f.scale, Workers: f.workers, Progress: progress,
	})
}

func (f *fidelityFlags) write(w io.Writer, result *fidelity.Result) error {
	switch f.output {
	case "json":
		return report.JSON(w, result)
	case "markdown":
		return report.FidelityPage(w, result)
	}
	return report.Fidelity(w, result, report.Style{Color: isColorful(w)})
}
