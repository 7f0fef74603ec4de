package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Find returns the process ids, as they are outside, of the first processes of the sandboxes that run under a name.
// Those of other users are not seen.
func Find(name string) ([]int, error) {
	return findByVariable(stageVariable + "=" + stageInit + ":" + name)
}

// findByVariable returns the processes that were started with an environment variable, "NAME=VALUE".
func findByVariable(variable string) ([]int, error) {
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	var pids []int
	for _, f := range files {
		environ, err := os.ReadFile(f)
		if err != nil {
			continue // ended meanwhile, or of another user
		}
		if slices.ContainsFunc(bytes.Split(environ, []byte{0}), func(v []byte) bool { return string(v) == variable }) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f)))
			if err != nil {
				return nil, fmt.Errorf("reading the process id of %s: %w", f, err)
			}
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// Path is where a file of a sandbox can be reached from outside, as long as the process lives.
func Path(pid int, file string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), "root", file)
}

// One returns the only sandbox of a name.
func One(name string) (int, error) {
	pids, err := Find(name)
	switch {
	case err != nil:
		return 0, err
	case len(pids) == 0:
		return 0, errors.New("none is running for this user")
	case len(pids) > 1:
		return 0, fmt.Errorf("%d are running, as processes %v; say which", len(pids), pids)
	}
	return pids[0], nil
}
