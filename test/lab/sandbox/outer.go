package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
)

// forwarded are the signals that are passed on to the program inside.
var forwarded = []os.Signal{
	syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2,
}

// outer is the process outside: it holds the other ends of what the first process inside has.
type outer struct {
	cmd  *exec.Cmd
	life *os.File // a line lets the program start; the end of this process closes it and ends the sandbox
	made *os.File // a message if the sandbox could not be made, then its end
}

// runOuter starts the first process inside, prepares, lets the program start and waits for its exit code.
func runOuter(o Options) (int, error) {
	// The kernel kills the child when the thread that started it ends, and a locked thread ends with its goroutine,
	// that is, with the process.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, forwarded...)
	defer signal.Stop(signals)

	p, err := startOuter(o)
	if err != nil {
		return 0, err
	}
	if err := p.prepare(o, signals); err != nil {
		p.life.Close()
		return 0, errors.Join(err, ignoreExit(p.cmd.Wait()))
	}
	if _, err := fmt.Fprintln(p.life, p.cmd.Process.Pid); err != nil {
		return 0, errors.Join(err, ignoreExit(p.cmd.Wait()))
	}
	return p.wait(signals)
}

// startOuter makes the namespaces: of a user only if the plain way is forbidden.
func startOuter(o Options) (*outer, error) {
	listeners, err := listen(o.Listeners)
	if err != nil {
		return nil, err
	}
	defer closeAll(listeners)
	var errs []error
	for _, flags := range cloneFlags() {
		p, err := clone(o, flags, listeners)
		if err == nil {
			return p, nil
		}
		errs = append(errs, err)
	}
	return nil, fmt.Errorf("%w: %w%s", ErrUnavailable, errors.Join(errs...), hint())
}

// cloneFlags are the namespaces to try, in order. Root of a container may lack the right to make any but a user's.
func cloneFlags() []uintptr {
	const all = syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC
	if os.Geteuid() == 0 {
		return []uintptr{all, all | syscall.CLONE_NEWUSER}
	}
	return []uintptr{all | syscall.CLONE_NEWUSER}
}

// clone starts the first process in new namespaces and returns when it has set them up.
func clone(o Options, flags uintptr, listeners []*os.File) (*outer, error) {
	lifeIn, life, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	made, madeIn, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, lifeIn.Close(), life.Close())
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = os.Args
	cmd.Env = environment(stageInit, o.Name)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = append([]*os.File{lifeIn, madeIn}, listeners...)
	// A process group of its own: Ctrl-C reaches the program once, through this process, and not also directly.
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags, Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if flags&syscall.CLONE_NEWUSER != 0 {
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	err = cmd.Start()
	closeAll([]*os.File{lifeIn, madeIn})
	p := &outer{cmd: cmd, life: life, made: made}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("making %s: %w", describe(flags), err), life.Close(), made.Close())
	}
	if err := p.awaitMade(); err != nil {
		life.Close()
		return nil, errors.Join(err, ignoreExit(cmd.Wait()))
	}
	return p, nil
}

// awaitMade waits until the first process has set up the namespaces, or has said why not.
func (p *outer) awaitMade() error {
	defer p.made.Close()
	message, err := io.ReadAll(p.made)
	switch {
	case err != nil:
		return err
	case string(message) == madeWell:
		return nil
	case len(message) == 0:
		return errors.New("the first process of the sandbox ended before it had set it up")
	default:
		return errors.New(string(message))
	}
}

// prepare runs what has to happen outside; a signal cuts it short.
func (p *outer) prepare(o Options, signals <-chan os.Signal) error {
	ctx, cancel := context.WithCancelCause(context.Background())
	finished := make(chan error, 1)
	go func() {
		var err error
		for _, f := range o.Prepare {
			if err = f(ctx); err != nil {
				break
			}
		}
		finished <- err
	}()
	for {
		select {
		case err := <-finished:
			cancel(nil)
			return err
		case s := <-signals:
			cancel(fmt.Errorf("stopped by %v", s))
		}
	}
}

// wait passes signals on until the program has ended.
func (p *outer) wait(signals <-chan os.Signal) (int, error) {
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
				fmt.Fprintf(os.Stderr, "passing %v into the sandbox: %v\n", s, err)
			}
		case err := <-ended:
			if err := ignoreExit(err); err != nil {
				return 0, err
			}
			return exitCode(p.cmd.ProcessState.Sys().(syscall.WaitStatus)), nil
		}
	}
}

// listen opens n sockets here, to be inherited: a socket stays in the network that it was opened in.
func listen(n int) ([]*os.File, error) {
	var files []*os.File
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			closeAll(files)
			return nil, err
		}
		f, err := l.(*net.TCPListener).File()
		l.Close() // File has made a copy
		if err != nil {
			closeAll(files)
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// ignoreExit drops the error of a process that ran and failed by itself.
func ignoreExit(err error) error {
	if _, failed := errors.AsType[*exec.ExitError](err); failed {
		return nil
	}
	return err
}

// exitCode is as a shell has it: 128 and the signal for a process that a signal ended.
func exitCode(s syscall.WaitStatus) int {
	if s.Signaled() {
		return 128 + int(s.Signal())
	}
	return s.ExitStatus()
}
