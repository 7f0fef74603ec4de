package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	sigsyaml "sigs.k8s.io/yaml"

	"fulcrum.dev/fulcrum/internal/modelfile"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

func newValidateCommand(std streams) *cobra.Command {
	var f fileFlag
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check model, suite and calibration files, and the traffic that they name",
		Long: `Validate reads files as the other commands do, up to the point where work would begin:
every field, the rules between fields, the calibration and the trace that a model
names. It prints a line for each file that is right, and all mistakes of the others.

Exit codes: 0 every file is right, 1 one is not.`,
		Example: `  fulcrum validate examples/support-chat.yaml
  fulcrum validate models/*.yaml suite.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 && f.filename == "" {
				return nil
			}
			return f.args(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{f.path(nil)}
			}
			var failed error
			for _, path := range args {
				kind, err := validate(cmd.Context(), std, path)
				if failed = errors.Join(failed, err); err == nil {
					fmt.Fprintf(std.out, "%s: a valid %s file\n", nameOf(path), kind)
				}
			}
			return failed
		},
	}
	f.register(cmd)
	return cmd
}

// validate reads a file by its kind. One without a known kind is read as a model file, whose reader says what is expected.
func validate(ctx context.Context, std streams, path string) (kind string, err error) {
	data, err := readFile(ctx, std, path)
	if err != nil {
		return "", err
	}
	var head struct{ Kind string }
	_ = sigsyaml.Unmarshal(data, &head) // what is wrong with it the reader says better
	switch head.Kind {
	case "Suite":
		_, err = suitefile.Load(nameOf(path), data)
		return "suite", err
	case "Calibration":
		_, err = modelfile.LoadCalibration(nameOf(path), data)
		return "calibration", err
	}
	bar := newProgress(std.err, "reading "+nameOf(path))
	defer bar.finish()
	_, _, err = loadModel(path, data, "", endWith(ctx, bar, openBeside(path)))
	return "model", err
}
