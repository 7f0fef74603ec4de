package fault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// ClockVariable is the environment variable in which our own programs find the offset of their clock, as ClockOffset
// reads it. A Go program asks the kernel for the time without any library in between that could be replaced.
const ClockVariable = "FULCRUM_LAB_CLOCK_OFFSET"

// ErrNoFaketime means that the library which shifts the clock of other programs is not installed.
var ErrNoFaketime = errors.New("libfaketime is not installed (Debian: apt-get install libfaketime)")

// faketimeFolders are where distributions put the library; %s is for the architecture.
var faketimeFolders = []string{"/usr/lib/*-linux-gnu/faketime", "/usr/lib/faketime", "/usr/lib64/faketime"}

// Clock returns what to add to the environment of a program so that its clock is off by an offset; the monotonic clock
// is not. With ErrNoFaketime, what it returns is for our own programs only.
//
// The other programs are those that use the C library, such as Node and Python. A Go program that does not read
// ClockVariable, such as the components of the control plane, has the time of the machine.
func Clock(offset time.Duration) (environment []string, err error) {
	environment = []string{ClockVariable + "=" + offset.String()}
	library, err := faketime()
	if err != nil {
		return environment, err
	}
	seconds := strconv.FormatFloat(offset.Seconds(), 'f', -1, 64)
	if offset >= 0 {
		seconds = "+" + seconds
	}
	return append(environment,
		"LD_PRELOAD="+library, "FAKETIME="+seconds, "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1", // versions before 0.9.9 know the latter
	), nil
}

func faketime() (string, error) {
	for _, folder := range faketimeFolders {
		// The one for programs with threads works for all.
		found, err := filepath.Glob(filepath.Join(folder, "libfaketimeMT.so.1"))
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return "", ErrNoFaketime
}

// ClockOffset is the offset that this program's environment says its clock has: none if it says nothing.
func ClockOffset() (time.Duration, error) {
	value := os.Getenv(ClockVariable)
	if value == "" {
		return 0, nil
	}
	offset, err := time.ParseDuration(value)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", ClockVariable, err)
	}
	return offset, nil
}
