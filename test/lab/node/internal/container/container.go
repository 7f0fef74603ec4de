package container

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A Spec says what to run.
type Spec struct {
	// Dir is an absolute folder for the writable layer. It is emptied first.
	Dir string

	// Argv is the program and its arguments. A name without a slash is looked up in the PATH of Env.
	Argv []string

	// Env is the whole environment, as KEY=VALUE.
	Env []string

	// WorkingDir is created when missing; empty means /.
	WorkingDir string

	// Hostname is what the process sees as its host's name.
	Hostname string

	// Mounts are made in this order.
	Mounts []Mount

	// Log takes standard output and standard error.
	Log *Log
}

// A Container is a running or ended process with all that descends from it.
type Container struct {
	root     string // of the file system, as the container's mount namespace has it
	env      []string
	dir      string
	command  *exec.Cmd
	ns       string // its PID namespace; empty when it ended at once
	done     chan struct{}
	started  time.Time
	finished time.Time // valid when done
}

// Start returns when the program runs. The error is one of the file system, or
// that the program cannot be executed.
func Start(spec Spec) (*Container, error) {
	if len(spec.Argv) == 0 {
		return nil, errors.New("no command: give the container a command, or use an image that has an entrypoint")
	}
	if !filepath.IsAbs(spec.Dir) {
		return nil, fmt.Errorf("folder %q of the container: expected an absolute path", spec.Dir)
	}
	c := &Container{
		root: filepath.Join(spec.Dir, "root"), env: spec.Env, dir: spec.WorkingDir,
		done: make(chan struct{}),
	}
	started := make(chan error)
	go c.run(spec, started)
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// run keeps its thread, which has namespaces of its own, until the process has
// ended: the kernel kills the process when the thread that started it ends. The
// thread is never unlocked, so that the runtime does not use it again.
func (c *Container) run(spec Spec, started chan<- error) {
	runtime.LockOSThread()
	defer close(c.done)
	outputs, err := c.start(spec)
	started <- err
	if err != nil {
		return
	}
	_ = c.command.Wait() // the exit status is read from ProcessState
	c.finished = time.Now()
	outputs.Wait()
}

// start makes the file system and starts the process in it. The wait group ends
// when all output is in the log.
func (c *Container) start(spec Spec) (*sync.WaitGroup, error) {
	if err := isolate(spec.Hostname); err != nil {
		return nil, err
	}
	if err := buildRoot(spec.Dir, c.root, spec.WorkingDir, spec.Mounts); err != nil {
		return nil, fmt.Errorf("file system of the container: %w", err)
	}
	c.command = command(c.root, spec.Argv, spec.Env, spec.WorkingDir)
	c.command.SysProcAttr.Cloneflags = unix.CLONE_NEWPID
	outputs, closers, err := c.connect(spec.Log)
	if err != nil {
		return nil, err
	}
	c.started = time.Now()
	err = c.command.Start()
	closers.close() // the process has its own
	if err != nil {
		outputs.Wait()
		return nil, fmt.Errorf("starting %s: %w", spec.Argv[0], err)
	}
	if ns, err := namespace(c.PID()); err == nil {
		c.ns = ns
	}
	return outputs, nil
}

// connect gives the process a pipe for each stream, read into the log.
func (c *Container) connect(log *Log) (*sync.WaitGroup, files, error) {
	var (
		readers sync.WaitGroup
		writers files
	)
	for _, stream := range []string{"stdout", "stderr"} {
		r, w, err := os.Pipe()
		if err != nil {
			writers.close()
			return nil, nil, fmt.Errorf("pipe for %s: %w", stream, err)
		}
		writers = append(writers, w)
		readers.Go(func() {
			defer r.Close()
			log.copy(stream, r)
		})
	}
	c.command.Stdout, c.command.Stderr = writers[0], writers[1]
	return &readers, writers, nil
}

type files []*os.File

func (f files) close() {
	for _, file := range f {
		_ = file.Close() // only the ends of pipes
	}
}

// command runs argv with root as its file system. It dies with the thread that starts it.
func command(root string, argv, env []string, dir string) *exec.Cmd {
	if dir == "" {
		dir = "/"
	}
	return &exec.Cmd{
		Path: lookPath(argv[0], env), Args: argv, Env: env, Dir: dir,
		SysProcAttr: &syscall.SysProcAttr{Chroot: root, Setsid: true, Pdeathsig: syscall.SIGKILL},
	}
}

// lookPath finds a program as execvp does, with the PATH of the container. What it does not find it
// leaves to the kernel to refuse: the file may be in a volume.
func lookPath(name string, env []string) string {
	if strings.Contains(name, "/") {
		return name
	}
	path := "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	for _, e := range env {
		if value, found := strings.CutPrefix(e, "PATH="); found {
			path = value
		}
	}
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return file
		}
	}
	return "/" + name
}

// Done is closed when the process has ended and its output is in the log.
func (c *Container) Done() <-chan struct{} { return c.done }

// PID is the process's number in the caller's namespace.
func (c *Container) PID() int { return c.command.Process.Pid }

// Started is when the process was started.
func (c *Container) Started() time.Time { return c.started }

// Finished is when the process ended. It may be called after Done.
func (c *Container) Finished() time.Time { return c.finished }

// ExitCode is what the process returned, or 128 and the signal that ended it, as
// container runtimes say it. It may be called after Done.
func (c *Container) ExitCode() int {
	status, ok := c.command.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return c.command.ProcessState.ExitCode()
}

// Signal sends a signal to the first process. As process 1 it ignores those that it has no handler for, but for
// SIGKILL and SIGSTOP. An ended process is no error.
func (c *Container) Signal(signal syscall.Signal) error {
	if err := c.command.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%v to process %d: %w", signal, c.PID(), err)
	}
	return nil
}

// Stop asks the process to end with SIGTERM, and kills it when it has not ended with the context.
func (c *Container) Stop(ctx context.Context) error {
	if ctx.Err() == nil {
		if err := c.Signal(syscall.SIGTERM); err != nil {
			return err
		}
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return c.Kill()
	}
}

// Kill ends the process and waits for its end.
func (c *Container) Kill() error {
	err := c.Signal(syscall.SIGKILL)
	if err == nil {
		<-c.done
	}
	return err
}
