package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// standardInput is the name of a file that stands for the standard input.
const standardInput = "-"

// exactly wants the arguments that the usage line of a command names, such as plan FILE, and no more.
func exactly(cmd *cobra.Command, args []string) error {
	names := strings.Fields(cmd.Use)[1:]
	switch given := len(args); {
	case given < len(names):
		return fmt.Errorf("missing %s: expected %s %s, such as\n  %s",
			strings.Join(names[given:], " and "), cmd.CommandPath(), strings.Join(names, " "), firstExample(cmd))
	case given > len(names):
		return unexpected(cmd, args, strings.Join(names, " "))
	}
	return nil
}

// unexpected refuses the last argument, and names the subcommand that the first may mean.
func unexpected(cmd *cobra.Command, args []string, names string) error {
	if near := nearCommands(cmd, args[0]); len(near) > 0 {
		return fmt.Errorf("unknown command %q for %q: did you mean %s %s?", args[0], cmd.CommandPath(), cmd.CommandPath(), near[0])
	}
	return fmt.Errorf("unexpected argument %q: expected %s %s, such as\n  %s", args[len(args)-1], cmd.CommandPath(), names, firstExample(cmd))
}

func firstExample(cmd *cobra.Command) string {
	first, _, _ := strings.Cut(strings.TrimSpace(cmd.Example), "\n")
	return first
}

// onlySubcommands refuses a word that is no subcommand, and names those that are near, as the root command does.
func onlySubcommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath())
	if near := nearCommands(cmd, args[0]); len(near) > 0 {
		text += "\n\nDid you mean this?\n\t" + strings.Join(near, "\n\t") + "\n"
	}
	return errors.New(text)
}

// nearCommands returns the subcommands that a mistyped word may mean.
func nearCommands(cmd *cobra.Command, word string) []string {
	if cmd.SuggestionsMinimumDistance <= 0 {
		cmd.SuggestionsMinimumDistance = 2 // cobra's own default, which it sets for the root alone
	}
	return cmd.SuggestionsFor(word)
}

// orSubcommand adds to the error about a file that is not there the subcommand that may have been meant.
func orSubcommand(cmd *cobra.Command, word string, err error) error {
	near := nearCommands(cmd, word)
	if _, missing := os.Stat(word); err != nil && missing != nil && len(near) > 0 {
		return fmt.Errorf("%w; did you mean %s %s?", err, cmd.CommandPath(), near[0])
	}
	return err
}

// fileFlag is -f, which names a file as kubectl does, in place of the argument FILE.
type fileFlag struct{ filename string }

func (f *fileFlag) register(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.filename, "filename", "f", "", "the file, in place of the argument; \"-\" is the standard input")
	_ = cmd.MarkFlagFilename("filename", "yaml", "yml", "json") // of a flag that is there
}

// args wants the file, as the argument or as the flag.
func (f *fileFlag) args(cmd *cobra.Command, args []string) error {
	switch {
	case f.filename == "":
		return exactly(cmd, args)
	case len(args) > 0:
		return fmt.Errorf("--filename: there is the argument %q too: leave one of them out", args[0])
	}
	return nil
}

// path is the file that was given.
func (f *fileFlag) path(args []string) string {
	if f.filename != "" {
		return f.filename
	}
	return args[0]
}

// readFile reads a file, or the standard input until the context ends.
func readFile(ctx context.Context, std streams, path string) ([]byte, error) {
	if path == standardInput {
		return io.ReadAll(endingReader{ctx, nil, io.NopCloser(std.in)})
	}
	return os.ReadFile(path)
}

// nameOf is how a file is named in messages.
func nameOf(path string) string {
	if path == standardInput {
		return "standard input"
	}
	return path
}
