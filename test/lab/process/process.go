// Package process runs the laboratory's child processes so that none outlives it.
//
// In goes a Command, out comes a Process that leads a process group of its own. The kernel kills it when the laboratory
// dies, even by kill -9; what it started itself is killed with the group as soon as it ends. Start here with [Start].
package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Command is what to run. Nothing is inherited: Env is the whole environment, and a nil output is discarded.
type Command struct {
	Args   []string // the program and its arguments; the program is looked up in the laboratory's own PATH
	Dir    string   // working directory; empty is the laboratory's
	Env    []string // NAME=value
	Stdout *os.File
	Stderr *os.File
}

// Process is a running child and leader of its process group.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of the wait; set before done is closed

	mu     sync.Mutex
	exited bool // no signal may be sent any more: the number may belong to somebody else
}

// Start runs c. The caller must see to it that the process ends: with Kill, Stop or by waiting for Done.
func Start(c Command) (*Process, error) {
	if len(c.Args) == 0 {
		return nil, errors.New("starting a process: no command given; expected a program and its arguments")
	}
	cmd := exec.Command(c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	if cmd.Env == nil {
		cmd.Env = []string{}
	}
	if c.Stdout != nil {
		cmd.Stdout = c.Stdout
	}
	if c.Stderr != nil {
		cmd.Stderr = c.Stderr
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Args[0], err)
	}
	return p, nil
}

// run starts the process and waits for it on one and the same thread, because the kernel sends the parent-death signal
// when the thread that started a child ends, not when the parent does.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	err = p.cmd.Wait()
	p.mu.Lock()
	p.exited = true
	// What is left of the group: processes that the child started and did not wait for.
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	p.mu.Unlock()
	p.err = err
	close(p.done)
}

// PID is the number of the process and of its group.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended and been waited for.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the process ended: nil for exit status 0, else as os/exec words it. Valid after Done.
func (p *Process) Err() error { return p.err }

// Signal sends sig to the whole group. A process that has ended is no error.
func (p *Process) Signal(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exited {
		return nil
	}
	if err := syscall.Kill(-p.PID(), sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("sending %v to process group %d: %w", sig, p.PID(), err)
	}
	return nil
}

// Kill ends the group at once and waits until it is gone. It works on stopped processes too.
func (p *Process) Kill() {
	_ = p.Signal(syscall.SIGKILL) // fails only for processes of somebody else, and this one is ours
	<-p.done
}

// Stop asks with SIGTERM, and kills what is still there after grace.
func (p *Process) Stop(grace time.Duration) {
	_ = p.Signal(syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.Kill()
	}
}
