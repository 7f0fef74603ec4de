package trace

import (
	"bytes"
	"time"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// combinedParser reads access logs in the common and the combined log format:
// host ident user [02/Jan/2006:15:04:05 -0700] "GET /path HTTP/1.1" status bytes …
// What follows the status is not needed, so that extended formats are read too.
type combinedParser struct{}

func isLogRow(line []byte) bool { return combinedParser{}.parse(line, &workload.Request{}) == nil }

const wantCombined = `an access log row: … [02/Jan/2006:15:04:05 -0700] "GET /path HTTP/1.1" 200 …`

func (combinedParser) carries() sizes.Fields { return sizes.Fields{} }

func (combinedParser) parse(row []byte, q *workload.Request) *rows.Defect {
	open := bytes.IndexByte(row, '[')
	if open < 0 || len(row) < open+28 || row[open+27] != ']' {
		return rows.NewDefect("", wantCombined, row)
	}
	t, ok := rows.ParseLogTime(row[open+1 : open+27])
	if !ok {
		return rows.NewDefect("time", "a date and time such as [02/Jan/2006:15:04:05 -0700]", row[open:open+28])
	}
	if !hasStatus(row[open+28:]) {
		return rows.NewDefect("", wantCombined, row)
	}
	q.At = time.Duration(t)
	return nil
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
			status, ok := rows.ParseDigits(b[i+2 : i+5])
			return ok && status >= 100
		}
	}
	return false
}
