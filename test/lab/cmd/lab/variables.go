package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// variablesFile has the environment of programs that run inside, a NAME=VALUE a line. Only its owner may read it.
var variablesFile = filepath.Join(sandbox.Scratch, "environment")

// set registers environment variables, NAME=VALUE, for programs that run inside, such as access to what a part serves.
func (l *laboratory) set(variables ...string) { l.variables = append(l.variables, variables...) }

// writeVariables keeps them for "lab exec".
func (l *laboratory) writeVariables() error {
	return os.WriteFile(variablesFile, []byte(strings.Join(l.variables, "\n")), 0o600)
}

// readVariables reads those of a laboratory that is up, by its first process. One that is about to come up has none yet.
func readVariables(pid int) ([]string, error) {
	text, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "root", variablesFile))
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the environment of the laboratory: %w", err)
	}
	return strings.Split(string(text), "\n"), nil
}
