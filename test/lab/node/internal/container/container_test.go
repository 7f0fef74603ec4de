package container

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start runs a shell command and ends it with the test.
func start(t *testing.T, script string, change func(*Spec)) (*Container, *Log) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("namespaces need root, or root of a user namespace")
	}
	log, err := CreateLog(filepath.Join(t.TempDir(), "0.log"))
	if err != nil {
		t.Fatal(err)
	}
	spec := Spec{
		Dir: filepath.Join(t.TempDir(), "c"), Argv: []string{"sh", "-c", script}, Env: []string{"PATH=/usr/bin:/bin"},
		Hostname: "box", Log: log,
	}
	if change != nil {
		change(&spec)
	}
	c, err := Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Kill(); err != nil {
			t.Error(err)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, log
}

// finish waits for the end and returns the output.
func finish(t *testing.T, c *Container, log *Log) string {
	t.Helper()
	select {
	case <-c.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("did not end")
	}
	return read(t, log, ReadOptions{Tail: -1})
}

func read(t *testing.T, log *Log, options ReadOptions) string {
	t.Helper()
	var out bytes.Buffer
	if err := log.Read(t.Context(), options, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// await follows the log until it holds the text.
func await(t *testing.T, log *Log, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err := log.Read(ctx, ReadOptions{Tail: -1, Follow: true}, &finder{text: text})
	if !errors.Is(err, errFound) {
		t.Fatalf("no %q in the log: %v", text, err)
	}
}

var errFound = errors.New("found")

type finder struct {
	text string
	seen bytes.Buffer
}

func (f *finder) Write(p []byte) (int, error) {
	f.seen.Write(p)
	if strings.Contains(f.seen.String(), f.text) {
		return 0, errFound
	}
	return len(p), nil
}

func TestOutputAndExitCode(t *testing.T) {
	c, log := start(t, "echo $0 $$ $(hostname); echo bad >&2; pwd; exit 3", func(s *Spec) { s.WorkingDir = "/new/dir" })
	got := finish(t, c, log)
	for _, want := range []string{"sh 1 box\n", "bad\n", "/new/dir\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("output %q lacks %q", got, want)
		}
	}
	if c.ExitCode() != 3 {
		t.Errorf("exit code %d", c.ExitCode())
	}
	if got := read(t, log, ReadOptions{Tail: -1, Stream: "stderr"}); got != "bad\n" {
		t.Errorf("standard error %q", got)
	}
	if _, err := os.Stat("/new"); err == nil {
		t.Error("the working directory was made on the host")
	}
}

func TestFileSystem(t *testing.T) {
	volume := t.TempDir()
	if err := os.WriteFile(filepath.Join(volume, "key"), []byte("value\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, log := start(t, "cat /etc/app/key /one; echo x > /etc/app/no; echo y > /data/yes; echo z > /var/scratch; cat /var/run/deep/key", func(s *Spec) {
		s.Mounts = []Mount{
			{Source: volume, Target: "/etc/app", ReadOnly: true},
			{Source: volume, Target: "/data"},
			{Source: filepath.Join(volume, "key"), Target: "/one"},
			{Source: volume, Target: "/var/run/deep"}, // /var/run is a link to /run
		}
	})
	got := finish(t, c, log)
	if n := strings.Count(got, "value\n"); n != 3 {
		t.Errorf("%d of 3 files were read: %q", n, got)
	}
	if !strings.Contains(got, "Read-only file system") {
		t.Errorf("a read-only volume was written: %q", got)
	}
	if _, err := os.Stat(filepath.Join(volume, "yes")); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"/var/scratch", "/etc/app", "/data", "/one", "/run/deep"} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s reached the host", path)
		}
	}
}

func TestStop(t *testing.T) {
	for _, test := range []struct {
		name, script string
		code         int
	}{
		{"handles the signal", "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done", 0},
		// Process 1 ignores a signal that it has no handler for.
		{"ignores the signal", "echo up; while :; do sleep 0.05; done", 137},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, log := start(t, test.script, nil)
			await(t, log, "up")
			grace := 10 * time.Second
			if test.code == 137 {
				grace = 200 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), grace)
			defer cancel()
			if err := c.Stop(ctx); err != nil {
				t.Fatal(err)
			}
			if c.ExitCode() != test.code {
				t.Errorf("exit code %d, want %d", c.ExitCode(), test.code)
			}
		})
	}
}

// TestDescendantsEnd: what left the session of the first process ends with it all the same.
func TestDescendantsEnd(t *testing.T) {
	marker := "86399.125"
	c, log := start(t, "setsid sleep "+marker+" & echo up; read x", func(s *Spec) { s.Argv = append(s.Argv, "sh") })
	finish(t, c, log)
	if out, err := exec.Command("pgrep", "-f", marker).Output(); err == nil {
		t.Errorf("descendants left: %s", out)
	}
}

func TestExec(t *testing.T) {
	c, log := start(t, "echo inside > /etc/seen; echo up; sleep 100", nil)
	await(t, log, "up")
	if got, err := c.Exec(t.Context(), []string{"sh", "-c", "cat /etc/seen; hostname"}); err != nil || got != "inside\nbox\n" {
		t.Errorf("%q, %v", got, err)
	}
	var exit *exec.ExitError
	if _, err := c.Exec(t.Context(), []string{"sh", "-c", "exit 4"}); !errors.As(err, &exit) || exit.ExitCode() != 4 {
		t.Errorf("error %v, want exit status 4", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := c.Exec(ctx, []string{"sleep", "100"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the deadline", err)
	}
}

func TestUsage(t *testing.T) {
	c, log := start(t, "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo up; sleep 100", nil)
	await(t, log, "up")
	r, err := ReadUsage()
	if err != nil {
		t.Fatal(err)
	}
	u, running := r.Of(c)
	if !running || u.CPU < 20*time.Millisecond || u.Memory < 100<<10 {
		t.Errorf("usage %+v, running %v", u, running)
	}
}

func TestStartErrors(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		argv []string
		want error
	}{{[]string{"no-such-program"}, syscall.ENOENT}, {[]string{plain}, syscall.EACCES}} {
		log, err := CreateLog(filepath.Join(t.TempDir(), "log"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Start(Spec{Dir: filepath.Join(t.TempDir(), "c"), Argv: test.argv, Log: log}); !errors.Is(err, test.want) {
			t.Errorf("%v: error %v, want %v", test.argv, err, test.want)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := Start(Spec{Dir: "relative", Argv: []string{"x"}}); err == nil {
		t.Error("a relative folder was taken")
	}
	if _, err := Start(Spec{Dir: "/tmp/x"}); err == nil {
		t.Error("no command was taken")
	}
}
