package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// fortioConnections is how many callers fortio has: it is a closed loop that sends at a rate while it can.
const fortioConnections = 64

// tool is a load tester.
type tool struct {
	name string
	// warmup is how many requests it sends before those of the load.
	warmup int
	// attack is its command for a constant load.
	attack func(ctx context.Context, url string, rate int, d time.Duration) *exec.Cmd
	// read returns what it measured.
	read func(ctx context.Context, printed []byte) (measured, error)
}

// measured is what a tool says, in milliseconds; own is how late it says that it was, nil when it does not.
type measured struct {
	p50, p90, p99 float64
	own           *[2]float64 // p50, p99
}

// usage is what a run cost.
type usage struct {
	cpu time.Duration
	rss float64 // MB
}

// build compiles the three tools.
func build(ctx context.Context, dir string) ([]tool, error) {
	for _, b := range []struct{ name, in, pkg string }{
		{"fulcrum", "..", "./cmd/fulcrum"}, // with the versions that its own module asks for
		{"vegeta", ".", "github.com/tsenart/vegeta/v12"},
		{"fortio", ".", "./fortio"},
	} {
		cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", filepath.Join(dir, b.name), b.pkg)
		cmd.Dir, cmd.Stderr = b.in, os.Stderr
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("building %s (run this with: go -C bench run ./compare): %w", b.name, err)
		}
	}
	return []tool{fulcrum(dir), vegeta(dir), fortio(dir)}, nil
}

func fulcrum(dir string) tool {
	run := filepath.Join(dir, "run")
	return tool{
		name: "fulcrum",
		attack: func(ctx context.Context, url string, rate int, d time.Duration) *exec.Cmd {
			return exec.CommandContext(ctx, filepath.Join(dir, "fulcrum"), "bench", "--target", url, "--arrivals", "constant",
				"--rate", fmt.Sprintf("%d/s", rate), "--duration", d.String(), "--out", run)
		},
		read: func(context.Context, []byte) (measured, error) {
			m, err := readRun(filepath.Join(run, "records.bin"))
			return m, errors.Join(err, os.RemoveAll(run))
		},
	}
}

func vegeta(dir string) tool {
	binary, results := filepath.Join(dir, "vegeta"), filepath.Join(dir, "results.bin")
	return tool{
		name: "vegeta",
		attack: func(ctx context.Context, url string, rate int, d time.Duration) *exec.Cmd {
			cmd := exec.CommandContext(ctx, binary, "attack", "-rate", fmt.Sprintf("%d/s", rate), "-duration", d.String(), "-output", results)
			cmd.Stdin = strings.NewReader("GET " + url + "\n")
			return cmd
		},
		read: func(ctx context.Context, _ []byte) (measured, error) {
			report, err := exec.CommandContext(ctx, binary, "report", "-type", "json", results).Output()
			var said struct {
				Latencies struct {
					P50 float64 `json:"50th"`
					P90 float64 `json:"90th"`
					P99 float64 `json:"99th"`
				} `json:"latencies"`
			}
			if err == nil {
				err = json.Unmarshal(report, &said)
			}
			l := said.Latencies
			return measured{p50: l.P50 / 1e6, p90: l.P90 / 1e6, p99: l.P99 / 1e6}, err
		},
	}
}

func fortio(dir string) tool {
	return tool{
		name:   "fortio",
		warmup: fortioConnections,
		attack: func(ctx context.Context, url string, rate int, d time.Duration) *exec.Cmd {
			return exec.CommandContext(ctx, filepath.Join(dir, "fortio"), "-url", url, "-qps", strconv.Itoa(rate),
				"-c", strconv.Itoa(fortioConnections), "-t", d.String())
		},
		read: func(_ context.Context, printed []byte) (measured, error) {
			var said struct {
				Percentiles []struct{ Percentile, Value float64 }
			}
			if err := json.Unmarshal(printed, &said); err != nil {
				return measured{}, err
			}
			if len(said.Percentiles) != 3 {
				return measured{}, fmt.Errorf("expected three percentiles, got %s", printed)
			}
			p := said.Percentiles
			return measured{p50: p[0].Value * 1e3, p90: p[1].Value * 1e3, p99: p[2].Value * 1e3}, nil
		},
	}
}

// run attacks and returns what the tool says and what it cost.
func (t tool) run(ctx context.Context, url string, rate int, d time.Duration) (measured, usage, error) {
	ctx, cancel := context.WithTimeout(ctx, d+time.Minute)
	defer cancel()
	cmd := t.attack(ctx, url, rate, d)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return measured{}, usage{}, err
	}
	peak := watchMemory(cmd.Process.Pid)
	err := cmd.Wait()
	rss := peak()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !(errors.As(err, &exit) && exit.ExitCode() == invalidRun) {
		return measured{}, usage{}, fmt.Errorf("%w: %s", errors.Join(err, context.Cause(ctx)), said.String())
	}
	m, err := t.read(ctx, out.Bytes())
	if err != nil {
		return measured{}, usage{}, fmt.Errorf("reading its results: %w", err)
	}
	return m, usage{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), rss: rss}, nil
}

// invalidRun is the exit code of fulcrum bench when it was late: a result here.
const invalidRun = 5
