package binary

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// build runs the go command and puts the binary in its place when it is complete.
func (p *program) build(ctx context.Context, path string) error {
	began := time.Now()
	fmt.Fprintf(p.progress, "%s: building the binary, which takes minutes the first time; since %s\n", p.name(), clock(began))
	temporary := path + ".new" // the lock sees to it that nobody else writes it
	defer os.Remove(temporary) // of a failed build; else it has been renamed

	output := &log{}
	cmd := exec.CommandContext(ctx, "go", "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", p.linkerFlags, "-o", temporary, ".")
	cmd.Dir = p.folder
	// Neither C compiler nor workspace matters, whatever is here.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = output, output
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) } // compilers too
	// It ends with this process too, or rather with this thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("building %s: %w; the go command has to be in PATH", p.name(), err)
	}
	stop := p.report(output, began)
	err := cmd.Wait()
	stop()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if err != nil {
		return fmt.Errorf("building %s with the go command in %s: %w\n%s", p.name(), p.folder, err, output.tail())
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("keeping the binary of %s: %w", p.name(), err)
	}
	fmt.Fprintf(p.progress, "%s: built in %s, kept in %s\n", p.name(), time.Since(began).Round(time.Second), filepath.Dir(path))
	return nil
}

// report says every 20 s how far a build is, until stop is called.
func (p *program) report(output *log, began time.Time) (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(20 * time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				fmt.Fprintf(p.progress, "%s: building for %s, %s\n", p.name(), time.Since(began).Round(time.Second), output.progress())
			}
		}
	}()
	return func() { close(done); <-stopped }
}
