package process_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/process"
)

// parent makes this test binary, run again, start a child and stop it, print its number, and wait to be killed.
const parent = "FULCRUM_LAB_TEST_PARENT"

func TestMain(m *testing.M) {
	if os.Getenv(parent) == "" {
		os.Exit(m.Run())
	}
	p, err := process.Start(process.Command{Args: []string{"sleep", "60"}, Env: os.Environ()})
	if err != nil {
		panic(err)
	}
	if err := p.Signal(syscall.SIGSTOP); err != nil { // as between two calls of a function
		panic(err)
	}
	os.Stdout.WriteString(strconv.Itoa(p.PID()) + "\n")
	<-p.Done()
}

// gone says whether no process, or only one that is waiting to be reaped, has the number.
func gone(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(after, "Z")
}

func TestChildDiesWithAKilledParent(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), parent+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if gone(child) {
		t.Fatal("the child was never there")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed, which is an error by design
	await.Condition(t, "the child is gone", func() bool { return gone(child) })
}

func TestGroupIsKilledWithItsLeader(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := process.Start(process.Command{Args: []string{"sh", "-c", "sleep 60 & echo $!; exit 3"}, Env: os.Environ(), Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if p.Err() == nil || p.Err().Error() != "exit status 3" {
		t.Errorf("got %v, want exit status 3", p.Err())
	}
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	grandchild, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	await.Condition(t, "the grandchild is gone", func() bool { return gone(grandchild) })
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := process.Start(process.Command{
		Args: []string{"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"}, Env: os.Environ(), Stdout: w,
	})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(r).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	p.Stop(20 * time.Millisecond)
	if p.Err() == nil || p.Err().Error() != "signal: killed" {
		t.Errorf("got %v, want signal: killed", p.Err())
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("a signal to a process that has ended: %v", err)
	}
}

func TestStartFails(t *testing.T) {
	for _, args := range [][]string{nil, {"/nonexistent/program"}} {
		if _, err := process.Start(process.Command{Args: args}); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func TestPeakMemory(t *testing.T) {
	p, err := process.Start(process.Command{Args: []string{"sleep", "60"}, Env: os.Environ()})
	if err != nil {
		t.Fatal(err)
	}
	await.Condition(t, "the program is loaded and has some memory", func() bool {
		n, err := p.PeakMemory()
		return err == nil && n > 100_000
	})
	p.Kill()
	if _, err := p.PeakMemory(); err == nil {
		t.Error("no error for a process that has ended")
	}
}
