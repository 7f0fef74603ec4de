package bench

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/record"
)

// TestFastPathOfManyEnds: however connections end and however many requests meet at once, each request is recorded once
// and as what it was, and no connection is taken from one that another waits on.
func TestFastPathOfManyEnds(t *testing.T) {
	var closed atomic.Int64
	url := benchtest.Raw(t, func(c *net.TCPConn, n int64) bool {
		switch n % 5 {
		case 1: // closes without an answer
			closed.Add(1)
			return false
		case 2: // says that it closes
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
			return false
		case 3: // closes without saying so: noticed before the next request in most cases
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
			_ = c.CloseWrite()
			return true
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		return true
	})
	suite := suiteOf(2000, 0.5, v1alpha1.Target{Name: "a", URL: url})
	l := runOf(t, suite, nil)
	kinds := kindsOf(l)
	if lost := int64(kinds[record.Reset]); lost < closed.Load() || int64(len(l.Records)) != l.Header.Planned || kinds[record.OK] < 500 || kinds[record.OK]+int(lost) != len(l.Records) {
		t.Errorf("%v of %d, the server closed %d; %v", kinds, l.Header.Planned, closed.Load(), l.End.Examples)
	}
}

// TestFastPathOutlivesTheTimeout: the time-out of a request that was answered ends nothing.
func TestFastPathOutlivesTheTimeout(t *testing.T) {
	suite := suiteOf(5, 1.2, v1alpha1.Target{Name: "a", URL: benchtest.Serve(t, answer).URL}) // 200 ms apart
	suite.Spec.Timeout = unit.Duration(120 * time.Millisecond)
	l := runOf(t, suite, nil)
	var reused int
	for _, r := range l.Records {
		if r.Reused {
			reused++
		}
	}
	if kinds := kindsOf(l); kinds[record.OK]+kinds[record.Timeout] != len(l.Records) || reused < 2 {
		t.Errorf("%v, %d on a kept connection", kinds, reused)
	}
}

// TestFastPathForEachTarget: the fast path of one target keeps nobody from asking another.
func TestFastPathForEachTarget(t *testing.T) {
	a, b := benchtest.Serve(t, answer), benchtest.Serve(t, answer)
	suite := suiteOf(200, 0.3, v1alpha1.Target{Name: "a", URL: a.URL}, v1alpha1.Target{Name: "b", URL: b.URL})
	suite.Spec.MaxInFlight, suite.Spec.Turn = 1, new(unit.Duration)
	l := runOf(t, suite, nil)
	var answered [2]int
	for _, r := range l.Records {
		if r.Kind == record.OK {
			answered[r.Target]++
		}
	}
	if kinds := kindsOf(l); answered[0] < 5 || answered[1] < 5 || kinds[record.OK]+kinds[record.NotSent] != len(l.Records) {
		t.Errorf("%v, %v were answered", kinds, answered)
	}
}
