package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/report"
)

func newExplainCommand(std streams) *cobra.Command {
	var kind string
	var recursive bool
	cmd := &cobra.Command{
		Use:   "explain [FIELD]",
		Short: "Print the reference of a field of the model file: type, values, default, meaning",
		Long: `Explain prints what the schema of a file says of a field, and lists the fields below
it. Without a field it begins at the top. Lists need no index: spec.service.profiles.gpu.`,
		Example: `  fulcrum explain spec.service
  fulcrum explain spec.traffic.generator --recursive
  fulcrum explain --kind suite spec.targets`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return unexpected(cmd, args, "[FIELD]")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			schemas := map[string]func() []byte{"model": v1alpha1.Schema, "suite": v1alpha1.SuiteSchema, "calibration": v1alpha1.CalibrationSchema}
			schema := schemas[kind]
			if schema == nil {
				return fmt.Errorf("--kind: expected model, suite or calibration, got %q", kind)
			}
			field := ""
			if len(args) > 0 {
				if field = args[0]; field == "" {
					return errors.New("expected a field such as spec.service, got nothing")
				}
			}
			return report.Explain(std.out, schema(), field, recursive, styleOf(std.out))
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "model", "kind of file: model, suite or calibration")
	cmd.Flags().BoolVar(&recursive, "recursive", false, "list the fields below, and those below them")
	return cmd
}
