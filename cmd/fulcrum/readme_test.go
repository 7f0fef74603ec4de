package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/longtest"
)

// TestReadmeOutput compares the terminal output in the README with what the
// program prints: every line of it, in order, where it is not cut by "...".
func TestReadmeOutput(t *testing.T) {
	longtest.Need(t, "plans an example over all offers")
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```text\n")
	shown, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("README.md has no fenced block of text")
	}
	var out, complaint bytes.Buffer
	args := []string{"plan", "../../examples/support-chat.yaml", "--today", "2026-11-23"}
	if code := run(t.Context(), args, streams{out: &out, err: &complaint}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, complaint.String())
	}
	printed := strings.Split(out.String(), "\n")
	for want := range strings.SplitSeq(strings.TrimSpace(shown), "\n") {
		if strings.TrimSpace(want) == "..." {
			continue
		}
		at := 0
		for at < len(printed) && printed[at] != want {
			at++
		}
		if at == len(printed) {
			t.Fatalf("README.md shows a line that is not printed (any more), or not here: %q", want)
		}
		printed = printed[at+1:]
	}
}
