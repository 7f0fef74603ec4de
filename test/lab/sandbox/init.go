package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// File descriptors that the first process inside gets, before those of the listening sockets.
const (
	lifeFD = 3
	madeFD = 4
)

// madeWell is the message that the sandbox is set up.
const madeWell = "ok"

// ended is the exit code of a first process that did not get to start the program, or lost the process outside.
const ended = 125

// runInit is process 1 of the sandbox: it sets it up, starts the program, passes signals on, collects orphans, and
// returns the program's exit code. When it ends the kernel kills whatever else runs in the sandbox.
func runInit(o Options) int {
	life, made := os.NewFile(lifeFD, "life"), os.NewFile(madeFD, "made")
	for fd := lifeFD; fd < lifeFD+2+o.Listeners; fd++ {
		unix.CloseOnExec(fd)
	}
	message := madeWell
	err := setUp(o)
	if err != nil {
		message = err.Error()
	}
	_, werr := io.WriteString(made, message)
	if errors.Join(err, werr, made.Close()) != nil {
		return ended
	}
	pid, err := bufio.NewReader(life).ReadString('\n')
	if err != nil {
		return ended // the process outside has given up, or is gone
	}
	go func() {
		// The death signal that the kernel sends does not cover the moment before it was asked for; this does.
		_, _ = life.Read(make([]byte, 1)) // returns when the other end is closed, as nothing more is written
		os.Exit(ended)
	}()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, forwarded...)
	child, err := startInside(o, strings.TrimSpace(pid))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return ended
	}
	go func() {
		for s := range signals {
			_ = unix.Kill(child, s.(syscall.Signal)) // fails only if the child has just ended, which is seen below
		}
	}()
	return reap(child)
}

// startInside starts the program again, as what it is. outside is the process id that this process has outside.
func startInside(o Options, outside string) (pid int, err error) {
	files := []uintptr{0, 1, 2}
	for i := range o.Listeners {
		files = append(files, uintptr(madeFD+1+i))
	}
	// Not os.StartProcess: it would wait for the child by other means than reap.
	pid, err = syscall.ForkExec("/proc/self/exe", os.Args, &syscall.ProcAttr{
		Env: environment(stageInside, outside), Files: files,
	})
	if err != nil {
		return 0, fmt.Errorf("starting %s inside the sandbox: %w", os.Args[0], err)
	}
	return pid, nil
}

// reap waits for the child, and for every process that lost its own parent until then, lest they stay as zombies.
func reap(child int) int {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			fmt.Fprintf(os.Stderr, "waiting inside the sandbox: %v\n", err)
			return ended
		case pid == child:
			return exitCode(syscall.WaitStatus(status))
		}
	}
}

// setUp makes mounts and network private.
func setUp(o Options) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making the mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mounting a /proc of the sandbox: %w (inside a container parts of /proc may be masked, which forbids it)", err)
	}
	size := o.ScratchBytes
	if size == 0 {
		size = 1 << 30
	}
	options := fmt.Sprintf("size=%d,mode=1777", size)
	if err := unix.Mount("tmpfs", Scratch, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options); err != nil {
		return fmt.Errorf("mounting scratch space on %s: %w", Scratch, err)
	}
	return setUpNetwork()
}
