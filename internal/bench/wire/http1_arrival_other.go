//go:build !linux || race

package wire

import (
	"net"
	"time"
)

// arrival notes when something was read from a connection. So it does under the race detector, which sees that what was sent
// happened before it was received only where the standard library reads.
type arrival struct {
	net.Conn
	last time.Time
}

func newArrival(c net.Conn) *arrival { return &arrival{Conn: c} }

func (a *arrival) Read(p []byte) (int, error) {
	n, err := a.Conn.Read(p)
	a.last = time.Now()
	return n, err
}
