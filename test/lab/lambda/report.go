package lambda

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// report is what one call has used. String is the line that Lambda writes, tabs and trailing tab included.
type report struct {
	id       string
	duration time.Duration
	init     time.Duration // 0 unless this call waited for the init phase
	memory   int           // MB configured
	used     int64         // bytes at most
	fault    *fault        // what the platform, not the function, reports
}

// billed is the duration rounded up to the millisecond, the init phase included, as since August 2025 for all functions.
func (r report) billed() int64 {
	return int64(math.Ceil(float64(r.duration+r.init) / float64(time.Millisecond)))
}

func (r report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		r.id, milliseconds(r.duration), r.billed(), r.memory, megabytes(r.used))
	if r.init > 0 {
		fmt.Fprintf(&b, "Init Duration: %.2f ms\t", milliseconds(r.init))
	}
	switch {
	case r.fault == nil:
	case r.fault.kind == faultTimeout:
		b.WriteString("Status: timeout")
	default:
		fmt.Fprintf(&b, "Status: error\tError Type: %s", r.fault.kind)
	}
	return b.String()
}

// initReport is the line about an init phase that failed, or that provisioned concurrency went through.
func initReport(took time.Duration, phase string, f *fault) string {
	line := fmt.Sprintf("INIT_REPORT Init Duration: %.2f ms\tPhase: %s\tStatus: ", milliseconds(took), phase)
	switch {
	case f == nil:
		return line + "success"
	case f.kind == faultTimeout:
		return line + "timeout"
	default:
		return line + "error\tError Type: " + f.kind
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// megabytes rounds up.
func megabytes(bytes int64) int64 { return (bytes + 1<<20 - 1) >> 20 }
