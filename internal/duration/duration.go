// Package duration writes lengths of time in error messages and notes.
//
// In goes a time.Duration; out comes its text in the form that the model file
// reads. The units of the API write theirs with it; it stands apart from them
// because they also read and write JSON, which the simulator and the traffic that it
// replays do without. Start with Text.
package duration

import (
	"strconv"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Text writes whole days as 7d, and everything else as Go does without needless
// zeros (1h30m rather than 1h30m0s).
func Text(d time.Duration) string {
	if d != 0 && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = s[:len(s)-2]
	}
	if strings.HasSuffix(s, "h0m") {
		s = s[:len(s)-2]
	}
	return s
}
