package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"sync"
	"time"
)

var highWater = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// watchMemory looks at the largest resident set of a process every few milliseconds, until the function that it returns is
// called, which gives it in MB. That of the process's rusage begins with the set of whoever started it.
func watchMemory(pid int) (peak func() float64) {
	done := make(chan struct{})
	var watching sync.WaitGroup
	most := 0.0
	watching.Go(func() {
		for {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
			if m := highWater.FindSubmatch(status); err == nil && m != nil {
				kilobytes, _ := strconv.ParseFloat(string(m[1]), 64) // digits
				most = kilobytes / 1024
			}
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	return func() float64 {
		close(done)
		watching.Wait()
		return most
	}
}
