//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestInterruptEndsCommands that read a trace that has no end, through a named pipe.
func TestInterruptEndsCommands(t *testing.T) {
	model := func(text string) string {
		return "apiVersion: fulcrum.dev/v1alpha1\nkind: Model\nmetadata: {name: m}\nspec:\n" +
			"  traffic: {trace: {path: pipe}}\n  objectives: {latency: {p95: 1s}}\n" +
			"  service:\n    profiles: [{cpu: x86, fixed: {duration: 10ms}, source: measured}]\n" + text
	}
	for _, args := range [][]string{
		{"trace", "describe", "pipe"},
		{"plan", "model.yaml"},
		{"simulate", "homes.yaml"},
		{"experiment", "neighbours", "model.yaml"},
		{"bench", "--target", "http://127.0.0.1:1/", "--trace", "pipe"},
	} {
		t.Run(strings.Join(args[:2], " "), func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"model.yaml": model(""), "homes.yaml": model("  homes: [{offer: aws/lambda/x86}]\n")} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			feed(t, filepath.Join(dir, "pipe"), cancel)
			for i, a := range args {
				if a == "pipe" || strings.HasSuffix(a, ".yaml") {
					args[i] = filepath.Join(dir, a)
				}
			}
			var out, errs bytes.Buffer
			code := run(ctx, args, streams{in: strings.NewReader(""), out: &out, err: &errs})
			if code != exitError || !strings.HasPrefix(errs.String(), "fulcrum "+strings.Join(args[:1], " ")) || !strings.Contains(errs.String(), "ended before it was done") {
				t.Errorf("exit code %d: %s", code, &errs)
			}
		})
	}
}

// feed makes a named pipe that gives a trace without an end to everybody who opens it. It interrupts after some of it.
func feed(t *testing.T, path string, interrupt func()) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	rows := &endless{after: 5 << 20, cancel: interrupt}
	go func() {
		defer close(done)
		for {
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return
			}
			rows.row, rows.rest = 0, nil
			_, _ = io.Copy(f, rows) // until the reader goes
			f.Close()
		}
	}()
	t.Cleanup(func() {
		_ = os.Rename(path, path+".old") // the next open fails
		if f, err := os.OpenFile(path+".old", os.O_RDONLY|syscall.O_NONBLOCK, 0); err == nil {
			f.Close()
		}
		<-done
	})
}
