package fault

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Kill ends a process as a crash or the kernel's memory killer does: without notice.
func Kill(pid int) error { return send(pid, syscall.SIGKILL) }

// Freeze stops a process where it is: its connections stay open and nothing answers. Thaw lets it go on.
func Freeze(pid int) error { return send(pid, syscall.SIGSTOP) }

// Thaw lets a frozen process go on.
func Thaw(pid int) error { return send(pid, syscall.SIGCONT) }

func send(pid int, s syscall.Signal) error {
	if pid <= 1 { // process 1, groups, and everything
		return fmt.Errorf("sending %v to process %d: not the id of one process of the sandbox", s, pid)
	}
	if err := syscall.Kill(pid, s); err != nil {
		return fmt.Errorf("sending %v to process %d: %w", s, pid, err)
	}
	return nil
}

// State is the kernel's letter for what a process does: R runs, S sleeps, T is frozen, Z has ended.
func State(pid int) (string, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// The second field is the name in parentheses, which may contain both spaces and parentheses.
	_, rest, found := strings.Cut(string(content[strings.LastIndexByte(string(content), ')')+1:]), " ")
	if !found {
		return "", fmt.Errorf("process %d: unexpected status %q", pid, content)
	}
	return rest[:1], nil
}
