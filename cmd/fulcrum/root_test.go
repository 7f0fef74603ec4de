package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// runnable returns every command of ours that does something, however deep.
func runnable(c *cobra.Command) []*cobra.Command {
	var found []*cobra.Command
	if c.Runnable() {
		found = append(found, c)
	}
	for _, sub := range c.Commands() {
		found = append(found, runnable(sub)...)
	}
	return found
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, c := range runnable(newRootCommand(streams{})) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			var out, errs bytes.Buffer
			args := append(strings.Fields(c.CommandPath())[1:], "--help")
			if code := run(context.Background(), args, streams{out: &out, err: &errs}); code != exitOK {
				t.Fatalf("%v: exit code %d: %s", args, code, &errs)
			}
			if c.Short == "" {
				t.Error("no short description")
			}
			if !strings.Contains(out.String(), "\nExamples:\n  "+c.CommandPath()) {
				t.Errorf("help shows no example of %s:\n%s", c.CommandPath(), &out)
			}
			if c.Args == nil {
				t.Error("accepts any arguments: set Args")
			}
		})
	}
}
