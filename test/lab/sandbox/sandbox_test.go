package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/await"
)

// TestMain runs a program of program_test.go if the environment names one. The tests themselves run outside.
func TestMain(m *testing.M) {
	program, ok := programs[os.Getenv(programVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := program(); err != nil {
		if errors.Is(err, ErrUnavailable) {
			fmt.Println("UNAVAILABLE", err)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// start prepares a program, which gets a minute; what it prints goes to the buffers.
func start(t *testing.T, program string, args ...string) (cmd *exec.Cmd, out, errs *bytes.Buffer) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	out, errs = new(bytes.Buffer), new(bytes.Buffer)
	cmd = exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.WaitDelay = time.Second // for a process that keeps the pipes open
	cmd.Env = append(os.Environ(), programVariable+"="+program)
	cmd.Stdout, cmd.Stderr = out, errs
	return cmd, out, errs
}

// skipUnavailable skips a test whose program could not have a sandbox.
func skipUnavailable(t *testing.T, out string) {
	t.Helper()
	if _, reason, found := strings.Cut(out, "UNAVAILABLE "); found {
		t.Skip(reason)
	}
}

func TestPassesThrough(t *testing.T) {
	cmd, out, errs := start(t, "echo", "-flag", "argument")
	cmd.Env = append(cmd.Env, "VARIABLE=value")
	cmd.Stdin = strings.NewReader("input")
	cmd.Dir = "/usr"
	err := cmd.Run()
	skipUnavailable(t, out.String())
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Errorf("exit code %d, want 7 (%v): %s", code, err, errs)
	}
	want := "inside=true args=[-flag argument] in=input variable=value folder=/usr tmp=/dev/shm uid=0\n"
	if out.String() != want {
		t.Errorf("output %q, want %q", out, want)
	}
	if errs.String() != "to standard error\n" {
		t.Errorf("standard error %q", errs)
	}
}

func TestWithoutRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("the other tests are run without root already")
	}
	cmd, out, errs := start(t, "echo")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	err := cmd.Run()
	skipUnavailable(t, out.String())
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != 7 || !strings.Contains(out.String(), "uid=0") {
		t.Errorf("%v: output %q, standard error %q", err, out, errs)
	}
}

func TestNetwork(t *testing.T) {
	cmd, out, errs := start(t, "network")
	err := cmd.Run()
	skipUnavailable(t, out.String())
	if err != nil {
		t.Fatalf("%v: %s", err, errs)
	}
	for _, want := range []string{"127.0.0.1:", "10.240.0.1:", "10.244.3.77:8080", "10.96.0.1:443", "interfaces: 1\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %q: %s", want, out)
		}
	}
}

func TestCollectsOrphans(t *testing.T) {
	cmd, out, errs := start(t, "orphan")
	err := cmd.Run()
	skipUnavailable(t, out.String())
	if err != nil || out.String() != "collected\n" {
		t.Errorf("%v: output %q, standard error %q", err, out, errs)
	}
}

func TestUnavailable(t *testing.T) {
	cmd, out, errs := start(t, "forbidden")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	if err := cmd.Run(); err != nil {
		if cmd.ProcessState == nil {
			t.Skipf("user namespaces are needed to try what happens without them: %v", err)
		}
		t.Fatalf("%v: %s", err, errs)
	}
	for _, want := range []string{
		"unavailable=true", "operation not permitted", "/proc/sys/user/max_user_namespaces is 0: as root run sysctl",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %q: %s", want, out)
		}
	}
}

func TestPassesSignals(t *testing.T) {
	cmd, _, errs := start(t, "signal")
	out, _ := startReady(t, cmd)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	line, _ := out.ReadString('\n')
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 3 || line != "got terminated\n" {
		t.Errorf("exit code %d, output %q, standard error %q", code, line, errs)
	}
}

// TestKillLeavesNothing kills the process outside in the way that it cannot see coming.
func TestKillLeavesNothing(t *testing.T) {
	mark := fmt.Sprintf("FULCRUM_LAB_TEST_MARK=%d-%d", os.Getpid(), time.Now().UnixNano())
	cmd, _, _ := start(t, "family")
	cmd.Env = append(cmd.Env, mark)
	before := mounts(t)
	out, file := startReady(t, cmd)
	if _, err := os.Stat(file); err != nil {
		t.Errorf("a file inside is not reached from outside: %v", err)
	}
	pids, err := findByVariable(mark)
	if err != nil {
		t.Fatal(err)
	}
	// Outside, process 1, the program, its child, and the grandchild whose parent is gone.
	if len(pids) != 5 {
		t.Errorf("%d processes, want 5", len(pids))
	}
	if found, err := One("family"); err != nil || !slices.Contains(pids, found) {
		t.Errorf("Found process %d, %v; want one of %v", found, err, pids)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	await.Success(t, "the processes to be gone", func(context.Context) error {
		pids, err := findByVariable(mark)
		if err == nil && len(pids) != 0 {
			err = fmt.Errorf("still there: %v", pids)
		}
		return err
	})
	if after := mounts(t); after != before {
		t.Errorf("mounts were\n%s\nand are\n%s", before, after)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", file, err)
	}
	for _, pattern := range []string{"family*", "mount*"} {
		if files, _ := filepath.Glob(filepath.Join(Scratch, pattern)); len(files) != 0 {
			t.Errorf("files left: %v", files)
		}
	}
	if rest, err := out.ReadString('\n'); err == nil {
		t.Errorf("more output: %q", rest)
	}
}

// startReady starts a program and waits until it says that it is ready, and what else.
func startReady(t *testing.T, cmd *exec.Cmd) (out *bufio.Reader, rest string) {
	t.Helper()
	cmd.Stdout = nil
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	out = bufio.NewReader(pipe)
	line, err := out.ReadString('\n')
	skipUnavailable(t, line)
	if err != nil || !strings.HasPrefix(line, "ready") {
		t.Fatalf("output %q, %v; standard error %v", line, err, cmd.Stderr)
	}
	return out, strings.TrimSpace(strings.TrimPrefix(line, "ready"))
}

func mounts(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
