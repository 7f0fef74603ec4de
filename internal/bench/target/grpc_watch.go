package target

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"google.golang.org/grpc/credentials"
)

// connWatch makes connections and sees what becomes of them: which are new, how many requests the server allows on one, and
// why one was not made.
type connWatch struct {
	dialer net.Dialer
	known  chan struct{} // closed once the server has told its limit, or could not be reached

	mu    sync.Mutex
	used  map[string]bool // by local address
	fault error           // of the last attempt that failed, until a request goes out
	limit uint32          // as the server told last
	tell  sync.Once       // closes known
}

func newConnWatch() *connWatch {
	return &connWatch{dialer: net.Dialer{KeepAlive: 30 * time.Second}, known: make(chan struct{}), used: map[string]bool{}, limit: usualStreams}
}

// usualStreams is taken to be the limit of a server that has not told: no server should have a lower one (RFC 9113, section 6.5.2).
const usualStreams = 100

// setLimit notes how many requests at once the server allows on a connection.
func (w *connWatch) setLimit(streams uint32) {
	w.mu.Lock()
	w.limit = max(1, streams) // 0 refuses all, for now
	w.mu.Unlock()
	w.stopWaiting()
}

// stopWaiting lets those go who wait for the limit.
func (w *connWatch) stopWaiting() { w.tell.Do(func() { close(w.known) }) }

func (w *connWatch) streams() uint32 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.limit
}

func (w *connWatch) dial(ctx context.Context, address string) (net.Conn, error) {
	conn, err := w.dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		w.setFault(err)
	}
	return conn, err
}

func (w *connWatch) setFault(err error) {
	w.mu.Lock()
	w.fault = err
	w.mu.Unlock()
	w.stopWaiting()
}

func (w *connWatch) lastFault() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fault
}

// use notes that a request goes out by a connection, and reports whether one did before.
func (w *connWatch) use(local net.Addr) (again bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if local == nil {
		return false
	}
	w.fault = nil
	again = w.used[local.String()]
	w.used[local.String()] = true
	return again
}

func (w *connWatch) forget(local net.Addr) {
	if local == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.used, local.String())
}

// watchedCredentials notes why a handshake failed, and reads along on connections where it did not, encrypted or not.
type watchedCredentials struct {
	credentials.TransportCredentials
	watch *connWatch
}

// errHandshake marks what a handshake failed of.
var errHandshake = errors.New("TLS handshake")

func (c *watchedCredentials) ClientHandshake(ctx context.Context, name string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := c.TransportCredentials.ClientHandshake(ctx, name, raw)
	if err != nil {
		c.watch.setFault(fmt.Errorf("%w: %w", errHandshake, err))
		return conn, info, err
	}
	return &settingsConn{Conn: conn, scan: settingsScanner{tell: c.watch.setLimit}, ended: c.watch.stopWaiting}, info, nil
}

func (c *watchedCredentials) Clone() credentials.TransportCredentials {
	return &watchedCredentials{c.TransportCredentials.Clone(), c.watch}
}
