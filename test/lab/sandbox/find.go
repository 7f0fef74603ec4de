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

// OutsidePath returns where a file of this sandbox is reached from outside. The path, and the file if it lies under
// Scratch, last as long as the sandbox does.
func OutsidePath(file string) (string, error) {
	name, pid := stage()
	if name != stageInside {
		return "", errors.New("this process is in no sandbox")
	}
	return filepath.Join("/proc", pid, "root", file), nil
}

// EnterEnvironment is what to add to the environment of a program that joins the namespaces of a running sandbox.
func EnterEnvironment(pid int) []string {
	return []string{"TMPDIR=" + Scratch, stageVariable + "=" + stageInside + ":" + strconv.Itoa(pid)}
}

// One returns the first process of the only sandbox of a name.
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
