package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// templates has a commented model file for each kind of model.
//
//go:embed templates/*.yaml
var templates embed.FS

// modelKinds are the kinds of model that there is a template for.
var modelKinds = []string{"chat", "classifier", "embeddings", "image"}

func newInitCommand(std streams) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "init KIND",
		Short: "Write a commented model file to start from",
		Long: `Init writes a model file for a kind of model, with a comment on every line, which can
be planned as it is: ` + orList(modelKinds) + `. It never replaces a file.`,
		Example: `  fulcrum init chat
  fulcrum init embeddings -o model.yaml
  fulcrum init image -o - | fulcrum plan -`,
		Args:      exactly,
		ValidArgs: modelKinds,
		RunE: func(_ *cobra.Command, args []string) error {
			kind := args[0]
			if !slices.Contains(modelKinds, kind) {
				return fmt.Errorf("expected %s, got %q", orList(modelKinds), kind)
			}
			data, err := templates.ReadFile("templates/" + kind + ".yaml")
			if err != nil {
				return err
			}
			if file == "" {
				file = kind + ".yaml"
			}
			return writeNew(std, file, data)
		},
	}
	cmd.Flags().StringVarP(&file, "output", "o", "", "file to write, \"-\" for the standard output (default: the kind with .yaml)")
	return cmd
}

// writeNew writes a file that must not be there yet, and says what to do with it.
func writeNew(std streams, file string, data []byte) error {
	if file == standardInput {
		_, err := std.out.Write(data)
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: name another file with -o", file)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, strings.Join([]string{"wrote " + file + "; next:", "  fulcrum plan " + file}, "\n"))
	return err
}
