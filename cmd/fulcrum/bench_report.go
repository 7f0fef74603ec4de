package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
)

func newBenchReportCommand(std streams) *cobra.Command {
	var against, output, html string
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "Report a recorded run again, or compare it with an earlier one",
		Long: `Report reads the records of bench --out, even those of a run that was cut short. It
prints the figures, the verdict on the suite's thresholds, and, with --against, the
changes since an earlier run. With --html it also writes a page with plots: one file
that needs no network.

Exit codes: those of bench.`,
		Example: `  fulcrum bench report run
  fulcrum bench report run --against old-run
  fulcrum bench report run --html report.html
  fulcrum bench report run -o json | jq .targets[0].metrics`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: expected text or json, got %q", output)
			}
			if err := checkPage(html); err != nil {
				return err
			}
			columns, err := readRun(args[0], record.ReadColumns)
			if err != nil {
				return err
			}
			a := analysis.Of(columns, bootstrapSeed)
			if against != "" {
				before, err := readRun(against, record.ReadColumns)
				if err != nil {
					return fmt.Errorf("--against: %w", err)
				}
				a.CompareWith(before, bootstrapSeed)
			}
			return writeAnalysis(std, a, output, html)
		},
	}
	cmd.Flags().StringVar(&against, "against", "", "folder of an earlier run to compare with")
	cmd.Flags().StringVar(&html, "html", "", "also write the report to this file, as a page with plots")
	cmd.Flags().StringVarP(&output, "output", "o", "text", "output format: text or json")
	return cmd
}

// readRun reads the log in the folder of a run: whole with record.ReadLog, or what figures need with record.ReadColumns.
func readRun[T any](dir string, read func(io.Reader) (*T, error)) (*T, error) {
	path := filepath.Join(dir, recordsFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, explainRun(dir, err)
	}
	defer f.Close()
	run, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return run, nil
}
