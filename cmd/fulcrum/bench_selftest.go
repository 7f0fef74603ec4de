package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/bench/selftest"
	"fulcrum.dev/fulcrum/internal/report"
)

func newBenchSelftestCommand(std streams) *cobra.Command {
	each, output := unit.Duration(5*time.Second), "text"
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Measure the error of bench on this machine, with servers of known behaviour",
		Long: `Selftest measures four servers inside its own process whose behaviour is known: one
with a service time of 40 ms, one that freezes for a fifth of the time, one that
trickles its answer, and one that closes connections. It prints the true figures
beside the measured ones.

Exit codes: 0 done, 1 an error, such as a request that was lost or counted wrong.`,
		Example: `  fulcrum bench selftest
  fulcrum bench selftest --duration 1s -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if output != "text" && output != "json" {
				return fmt.Errorf("--output: expected text or json, got %q", output)
			}
			if each < unit.Duration(100*time.Millisecond) {
				return fmt.Errorf("--duration: expected at least 100ms, got %s", each)
			}
			result, err := selftest.Run(cmd.Context(), each.Std())
			if err != nil {
				return err
			}
			if output == "json" {
				return report.JSON(std.out, result)
			}
			rows := [][]string{{"case", "quantity", "true", "measured", "off by"}}
			for _, r := range result.Rows {
				rows = append(rows, []string{r.Case, r.Quantity, selftestText(r, r.True), selftestText(r, r.Measured), selftestText(r, r.Off())})
			}
			writeTable(std.out, "llrrr", rows)
			return nil
		},
	}
	cmd.Flags().Var(newTextFlag(&each, "duration", parseTime), "duration", "duration of each of the four cases (default 5s)")
	cmd.Flags().StringVarP(&output, "output", "o", output, "output format: text or json")
	return cmd
}

func selftestText(r selftest.Row, x float64) string {
	if r.Unit == "s" {
		return fmt.Sprintf("%.3f ms", x*1e3)
	}
	return fmt.Sprintf("%.0f %s", x, r.Unit)
}
