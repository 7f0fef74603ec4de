package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata with what comes out now")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fulcrum": main})
}

// TestScripts runs testdata/script/*.txtar. $ROOT is the root of the repository.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"edit": edit, "exits": exits},
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROOT", root)
			// A made-up provider, so that the expected figures do not move with the real catalogue.
			env.Setenv("ACME", filepath.Join(root, "internal", "plan", "testdata", "acme"))
			// Output as in a plain file: no colours, no progress bar.
			env.Setenv("NO_COLOR", "1")
			env.Setenv("TERM", "dumb")
			return nil
		},
	})
}

// edit FILE TO OLD NEW writes FILE with every OLD replaced by NEW to TO, so that
// a script can make many files that differ in one place.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: edit FILE TO OLD NEW")
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[2]) {
		ts.Fatalf("%s has no %q", args[0], args[2])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.ReplaceAll(text, args[2], args[3])), 0o666))
}

// exits CODE PROGRAM ARGS... runs a program that must end with the exit code;
// stdout and stderr then look at what it wrote.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var status *exec.ExitError
		if !errors.As(err, &status) {
			ts.Fatalf("%v", err)
		}
		code = status.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}
