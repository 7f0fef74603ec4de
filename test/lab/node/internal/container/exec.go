package container

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// maxOutput is how many bytes of a command's output are kept: as many as a probe's are.
const maxOutput = 10 << 10

// Exec runs a command beside the first process, in its namespaces and file system. It returns what the command
// printed. The error says its exit status, that it did not start, or the context's end, with which it is killed.
func (c *Container) Exec(ctx context.Context, argv []string) (string, error) {
	if len(argv) == 0 {
		return "", errors.New("no command to execute in the container")
	}
	result := make(chan error)
	var output bounded
	go func() {
		runtime.LockOSThread() // never unlocked, as in run
		result <- c.exec(ctx, argv, &output)
	}()
	err := <-result
	return output.kept.String(), err
}

func (c *Container) exec(ctx context.Context, argv []string, output *bounded) error {
	if err := enter(c.PID()); err != nil {
		return err
	}
	cmd := command(c.root, argv, c.env, c.dir)
	// It ends with the container. A signal for the parent's death would come at once, since the parent cannot be seen.
	cmd.SysProcAttr.Pdeathsig = 0
	cmd.Stdout, cmd.Stderr = output, output
	cmd.WaitDelay = time.Second // for a child that keeps the output open
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", argv[0], err)
	}
	stop := context.AfterFunc(ctx, func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its session's group; it may have ended
	})
	defer stop()
	err := cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// enter moves the calling thread, and what it will start, into a process's namespaces.
func enter(pid int) error {
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	for _, ns := range []struct {
		name string
		flag int
	}{{"uts", unix.CLONE_NEWUTS}, {"pid", unix.CLONE_NEWPID}, {"mnt", unix.CLONE_NEWNS}} {
		file, err := os.Open(fmt.Sprintf("/proc/%d/ns/%s", pid, ns.name))
		if err != nil {
			return fmt.Errorf("namespace of the container: %w", err)
		}
		err = unix.Setns(int(file.Fd()), ns.flag)
		_ = file.Close()
		if err != nil {
			return fmt.Errorf("entering the container's %s namespace: %w", ns.name, err)
		}
	}
	return nil
}

// bounded keeps the first bytes written to it.
type bounded struct{ kept bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if room := maxOutput - b.kept.Len(); room > 0 {
		b.kept.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
