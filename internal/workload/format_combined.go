package workload

import (
	"bytes"
	"time"
)

// combinedParser reads access logs in the common and the combined log format:
// host ident user [02/Jan/2006:15:04:05 -0700] "GET /path HTTP/1.1" status bytes …
// What follows the status is not needed, so that extended formats are read too.
type combinedParser struct{}

func isLogRow(line []byte) bool { return combinedParser{}.parse(line, &Request{}) == nil }

const wantCombined = `an access log row: … [02/Jan/2006:15:04:05 -0700] "GET /path HTTP/1.1" 200 …`

func (combinedParser) carries() carried { return carried{} }

func (combinedParser) parse(row []byte, q *Request) *defect {
	open := bytes.IndexByte(row, '[')
	if open < 0 || len(row) < open+28 || row[open+27] != ']' {
		return newDefect("", wantCombined, row)
	}
	t, ok := parseLogTime(row[open+1 : open+27])
	if !ok {
		return newDefect("time", "a date and time such as [02/Jan/2006:15:04:05 -0700]", row[open:open+28])
	}
	if !hasStatus(row[open+28:]) {
		return newDefect("", wantCombined, row)
	}
	q.At = time.Duration(t)
	return nil
}

var monthNames = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

// parseLogTime reads 02/Jan/2006:15:04:05 -0700.
func parseLogTime(b []byte) (int64, bool) {
	if b[2] != '/' || b[6] != '/' || b[11] != ':' || b[20] != ' ' {
		return 0, false
	}
	month := int64(0)
	for i, name := range monthNames {
		if string(b[3:6]) == name {
			month = int64(i) + 1
		}
	}
	dayOfMonth, ok1 := digits(b[0:2])
	year, ok2 := digits(b[7:11])
	day, ok3 := dayNumber(year, month, dayOfMonth)
	clock, ok4 := parseClock(b[12:20])
	zone, ok5 := parseZone(b[21:26])
	t := (day*86400 + clock - zone) * int64(time.Second)
	return t, ok1 && ok2 && ok3 && ok4 && ok5 && t >= 0
}

// hasStatus tells whether a quoted request line and a status follow. A quote
// inside the request line is escaped with a backslash.
func hasStatus(b []byte) bool {
	if len(b) < 2 || b[0] != ' ' || b[1] != '"' {
		return false
	}
	for i := 2; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			if len(b) < i+5 || b[i+1] != ' ' || (len(b) > i+5 && b[i+5] != ' ') {
				return false
			}
			status, ok := digits(b[i+2 : i+5])
			return ok && status >= 100
		}
	}
	return false
}
