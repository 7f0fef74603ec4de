package process

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// PeakMemory is the most memory, in bytes, that the process itself had in use so far (VmHWM of proc(5)).
func (p *Process) PeakMemory() (int64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		return 0, fmt.Errorf("reading the memory of process %d: %w", p.PID(), err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:")
		if !ok {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading the memory of process %d: VmHWM%s: %w", p.PID(), rest, err)
		}
		return kilobytes * 1024, nil
	}
	return 0, fmt.Errorf("reading the memory of process %d: no VmHWM in its status; it has ended", p.PID())
}
