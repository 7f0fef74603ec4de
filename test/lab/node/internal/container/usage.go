package container

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
)

// userHZ is the number of clock ticks in a second in /proc/PID/stat, the same on every Linux that Go runs on.
const userHZ = 100

// Usage is what a container has used.
type Usage struct {
	CPU    time.Duration // since its start, of all processes, also those that have ended and were waited for
	Memory int64         // bytes resident; pages that its processes share count more than once
}

// A Reading holds the usage of every container of the host.
type Reading struct {
	Time  time.Time
	usage map[string]Usage // by PID namespace
}

// ReadUsage reads it from /proc once for all containers.
func ReadUsage() (Reading, error) {
	procs, err := procfs.AllProcs()
	if err != nil {
		return Reading{}, err
	}
	reading := Reading{Time: time.Now(), usage: map[string]Usage{}}
	for _, p := range procs {
		ns, err := namespace(p.PID)
		if err != nil {
			continue // ended meanwhile, or somebody else's
		}
		stat, err := p.Stat()
		if gone(err) {
			continue
		}
		if err != nil {
			return Reading{}, fmt.Errorf("usage of process %d: %w", p.PID, err)
		}
		u := reading.usage[ns]
		ticks := int64(stat.UTime) + int64(stat.STime) + int64(stat.CUTime) + int64(stat.CSTime)
		u.CPU += time.Duration(ticks) * time.Second / userHZ
		u.Memory += int64(stat.ResidentMemory())
		reading.usage[ns] = u
	}
	return reading, nil
}

func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) }

func namespace(pid int) (string, error) { return os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid)) }

// Of returns the usage of one container, and whether it still ran.
func (r Reading) Of(c *Container) (Usage, bool) {
	u, found := r.usage[c.ns]
	return u, found && c.ns != ""
}
