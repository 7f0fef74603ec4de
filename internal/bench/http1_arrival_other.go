//go:build !linux

package bench

import (
	"net"
	"time"
)

// arrival notes when something was read from a connection.
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
