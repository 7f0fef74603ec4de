package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"fulcrum.dev/fulcrum/test/lab/binary"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// programVariable makes this test binary be the command ("1"), or just enter a sandbox ("try").
const programVariable = "FULCRUM_LAB_TEST_COMMAND"

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == sampleArgument {
		main() // a function of the laboratory, which has an environment of its own
		return
	}
	switch os.Getenv(programVariable) {
	case "1":
		main()
		return
	case "try":
		if err := sandbox.Enter(sandbox.Options{}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// command prepares the command; it gets two minutes.
func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	return commandWithin(t, 2*time.Minute, args...)
}

func commandWithin(t *testing.T, limit time.Duration, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), programVariable+"=1")
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// running is a laboratory that is up.
type running struct {
	cmd        *exec.Cmd
	out        *bufio.Reader
	said       string
	kubeconfig string
	pid        string // of process 1 of the sandbox
}

// bringUp starts one and waits until it says so.
func bringUp(t *testing.T, args ...string) *running {
	t.Helper()
	if err := binary.Build(t.Context()); err != nil { // first, as it takes longer than the command gets
		t.Fatal(err)
	}
	cmd := command(t, append([]string{"up"}, args...)...)
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	r := &running{cmd: cmd, out: bufio.NewReader(pipe)}
	kubeconfig := regexp.MustCompile(`KUBECONFIG=(/proc/(\d+)/\S+)`)
	for {
		line, err := r.out.ReadString('\n')
		r.said += line
		if found := kubeconfig.FindStringSubmatch(line); found != nil {
			r.kubeconfig, r.pid = found[1], found[2]
		}
		if strings.HasPrefix(line, "Ctrl-C") {
			return r
		}
		if err != nil {
			_ = cmd.Wait()
			t.Fatalf("the laboratory did not come up: %v", cmd.ProcessState)
		}
	}
}

// requireSandbox skips a test where no sandbox is to be had, with the reason.
func requireSandbox(t *testing.T) {
	t.Helper()
	cmd := command(t)
	cmd.Env = append(os.Environ(), programVariable+"=try")
	if out, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(string(out), sandbox.ErrUnavailable.Error()) {
			t.Skip(string(out))
		}
		t.Fatalf("%v: %s", err, out)
	}
}

func TestUpAndDown(t *testing.T) {
	requireSandbox(t)
	r := bringUp(t, "--only=control-plane", "--hpa-sync-period=1s")

	// From outside, through the forwarded port.
	config, err := clientcmd.BuildConfigFromFlags("", r.kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clients.Discovery().ServerVersion(); err != nil {
		t.Errorf("the API does not answer outside: %v", err)
	}

	// Inside.
	out, err := command(t, "exec", "--pid="+r.pid, "--", "sh", "-c", `cat "$KUBECONFIG" /proc/*/cmdline; exit 5`).CombinedOutput()
	exit, _ := errors.AsType[*exec.ExitError](err)
	if exit == nil || exit.ExitCode() != 5 {
		t.Errorf("exec: %v, want the command's exit code 5", err)
	}
	for _, want := range []string{"server: https://10.240.0.1:", "--horizontal-pod-autoscaler-sync-period=1s"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("exec shows no %q: %s", want, out)
		}
	}

	r.takeDown(t)
}

// takeDown ends it as Ctrl-C would.
func (r *running) takeDown(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(r.out)
	if err := errors.Join(err, r.cmd.Wait()); err != nil {
		t.Errorf("taking it down: %v", err)
	}
	if !strings.Contains(string(rest), "taking everything down") {
		t.Errorf("it says %q at its end", rest)
	}
	checkGone(t, r)
}

func TestKilled(t *testing.T) {
	requireSandbox(t)
	r := bringUp(t, "--only=control-plane")
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Wait()
	checkGone(t, r)
}

// checkGone waits until process 1 of the sandbox, and with it all others, is gone, and the kubeconfig too.
func checkGone(t *testing.T, r *running) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		_, process := os.Stat("/proc/" + r.pid)
		_, file := os.Stat(r.kubeconfig)
		if errors.Is(process, os.ErrNotExist) && errors.Is(file, os.ErrNotExist) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("after 30 s: process %v, file %v", process, file)
		}
	}
}

func TestExecWithoutLaboratory(t *testing.T) {
	out, err := command(t, "exec", "--pid=999999999", "--", "true").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "looking at process 999999999") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"", "go run ./cmd/lab up"},
		{"up --help", "--hpa-sync-period"},
		{"up --only=control-plain", `there is no part "control-plain"; there are control-plane, `},
		{"exec", "requires at least 1 arg"},
		{"down", `unknown command "down"`},
	} {
		out, err := command(t, strings.Fields(c.args)...).CombinedOutput()
		if !strings.Contains(string(out), c.want) {
			t.Errorf("lab %s: %v: %q is not in %s", c.args, err, c.want, out)
		}
	}
}
