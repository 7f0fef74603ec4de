package main

import (
	"github.com/spf13/cobra"
)

func newRootCommand(std streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "fulcrum",
		Short: "Find out where an AI model should be served, and what it will cost",
		Long: `Fulcrum finds out where an AI model should be served - on a Kubernetes GPU
cluster, on a serverless platform, or on both - from its real traffic, its
latency objectives and dated prices, and shows the arithmetic.`,
		Example: `  fulcrum plan examples/support-chat.yaml
  fulcrum price aws/lambda/x86 --memory 1GB --requests 3M --duration 2s
  fulcrum trace describe access.log.gz`,
		Version:       buildVersion().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.AddCommand(newPlanCommand(std), newSimulateCommand(std), newExperimentCommand(std), newFidelityCommand(std), newVersionCommand(std), newInitCommand(std), newValidateCommand(std), newExplainCommand(std))
	root.AddCommand(newTraceCommand(std), newPriceCommand(std), newCatalogCommand(std), newBenchCommand(std), newCalibrateCommand(std))
	addCompletions(root)
	return root
}
