package fault

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// sleeper starts a process that does nothing.
func sleeper(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// awaitState waits until a process is in a state, for ten seconds at most.
func awaitState(t *testing.T, pid int, want string) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		state, err := State(pid)
		if err == nil && state == want {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("state %q of process %d, %v; want %q", state, pid, err, want)
		}
	}
}

func TestFreezeAndThaw(t *testing.T) {
	cmd := sleeper(t)
	if err := Freeze(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	awaitState(t, cmd.Process.Pid, "T")
	if err := Thaw(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	awaitState(t, cmd.Process.Pid, "S")
}

func TestKill(t *testing.T) {
	cmd := sleeper(t)
	if err := Kill(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if s := cmd.ProcessState.Sys().(syscall.WaitStatus); s.Signal() != syscall.SIGKILL {
		t.Errorf("ended with %v", cmd.ProcessState)
	}
	if err := Kill(cmd.Process.Pid); err == nil {
		t.Error("a process that has ended was killed")
	}
	for _, pid := range []int{-1, 0, 1} {
		if err := Kill(pid); err == nil || !strings.Contains(err.Error(), "not the id of one process") {
			t.Errorf("killing %d: %v", pid, err)
		}
	}
}

func TestDiskFull(t *testing.T) {
	sandbox.Require(t)
	folder := t.TempDir()
	if _, err := Fill(folder, 1<<20); err == nil || !strings.Contains(err.Error(), "more than the limit") {
		t.Errorf("filling a large file system: %v; want it to be refused", err)
	}
	unmount, err := Disk(folder, 256<<10)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "file")
	content := bytes.Repeat([]byte("x"), 64<<10)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	free, err := Fill(folder, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+"2", content, 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("writing to a full disk: %v", err)
	}
	if err := free(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+"2", content, 0o600); err != nil {
		t.Errorf("writing when there is room again: %v", err)
	}
	if err := unmount(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", file, err)
	}
}

func TestClockOfOtherPrograms(t *testing.T) {
	const offset = -48 * time.Hour
	environment, err := Clock(offset)
	if errors.Is(err, ErrNoFaketime) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("date", "+%s")
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if off := time.Until(time.Unix(seconds, 0)) - offset; off.Abs() > time.Minute {
		t.Errorf("date is off by %s, want %s", time.Until(time.Unix(seconds, 0)), offset)
	}
}

func TestClockOfOurPrograms(t *testing.T) {
	environment, err := Clock(90 * time.Second)
	if err != nil && !errors.Is(err, ErrNoFaketime) {
		t.Fatal(err)
	}
	name, value, _ := strings.Cut(environment[0], "=")
	t.Setenv(name, value)
	if offset, err := ClockOffset(); err != nil || offset != 90*time.Second {
		t.Errorf("offset %s, %v", offset, err)
	}
	t.Setenv(name, "soon")
	if _, err := ClockOffset(); err == nil || !strings.Contains(fmt.Sprint(err), ClockVariable) {
		t.Errorf("an offset of \"soon\": %v", err)
	}
}
