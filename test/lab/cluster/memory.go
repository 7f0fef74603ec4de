package cluster

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory returns the resident bytes of each running component. Pages of the binary that several of them use are
// counted for each, so their sum is somewhat more than the machine gives.
func (c *Cluster) Memory() (map[string]int64, error) {
	memory := map[string]int64{}
	for name, p := range c.components {
		if !p.running() {
			continue
		}
		bytes, err := resident(p.cmd.Process.Pid)
		if err != nil {
			return nil, fmt.Errorf("memory of %s: %w", name, err)
		}
		memory[name] = bytes
	}
	return memory, nil
}

// resident reads VmRSS of a process, which the kernel states in kB that are KiB.
func resident(pid int) (int64, error) {
	file := fmt.Sprintf("/proc/%d/status", pid)
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	lines := bufio.NewScanner(bytes.NewReader(content))
	for lines.Scan() {
		if value, found := strings.CutPrefix(lines.Text(), "VmRSS:"); found {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(value, "kB")), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("%s has no VmRSS", file)
}
