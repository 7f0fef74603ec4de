package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

func main() {
	runs := flag.Int("runs", 5, "runs of each tool in each case; the table has their medians")
	each := flag.Duration("duration", 3*time.Second, "how long a run takes; the freeze test takes 5s")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := compare(ctx, *runs, *each); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// compare builds the tools in a temporary folder, runs every case and prints the table.
func compare(ctx context.Context, runs int, each time.Duration) (err error) {
	if runs < 1 || each < time.Second {
		return fmt.Errorf("expected at least 1 run of at least 1s, got %d of %s", runs, each)
	}
	dir, err := os.MkdirTemp("", "fulcrum-compare-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	tools, err := build(ctx, dir)
	if err != nil {
		return err
	}
	t := table{tools: tools}
	for round := range runs {
		for _, c := range cases(each) {
			for i := range tools {
				tool := tools[(i+round)%len(tools)] // nobody is always first
				fmt.Fprintf(os.Stderr, "round %d of %d: %s, %s\n", round+1, runs, c.name, tool.name)
				if err := c.run(ctx, tool, &t); err != nil {
					return fmt.Errorf("%s, %s: %w", c.name, tool.name, err)
				}
			}
		}
	}
	fmt.Printf("%d cores, %s, %s/%s, medians of %d runs of %s\n\n", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, runs, each)
	t.write(os.Stdout)
	return nil
}
