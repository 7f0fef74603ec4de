package main

import (
	"errors"
	"io"
	"net"
	"sync"
)

// forward passes connections that a listener accepts on to an address, until stop is called, which waits for all of
// them.
func forward(listener net.Listener, address string) (stop func() error) {
	f := &forwarder{address: address, connections: map[net.Conn]bool{}}
	f.group.Go(func() {
		for {
			accepted, err := listener.Accept()
			if err != nil {
				return // closed
			}
			f.group.Go(func() { f.serve(accepted) })
		}
	})
	return func() error {
		err := listener.Close()
		f.close()
		f.group.Wait()
		return err
	}
}

type forwarder struct {
	address string
	group   sync.WaitGroup

	mu          sync.Mutex
	connections map[net.Conn]bool
	closed      bool
}

// serve copies between an accepted connection and one that it opens, until either side is done with both directions.
func (f *forwarder) serve(accepted net.Conn) {
	defer f.drop(accepted)
	if !f.add(accepted) {
		return
	}
	opened, err := net.Dial("tcp", f.address)
	if err != nil {
		return // the one outside sees its connection closed
	}
	defer f.drop(opened)
	if !f.add(opened) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { pipe(opened, accepted) })
	both.Go(func() { pipe(accepted, opened) })
	both.Wait()
}

// pipe copies until the end of one direction, and passes that end on.
func pipe(to, from net.Conn) {
	if _, err := io.Copy(to, from); err != nil && !errors.Is(err, net.ErrClosed) {
		to.Close() // a broken connection has no use for the other direction
		from.Close()
		return
	}
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite() // fails only if it is closed already
	}
}

// add remembers a connection, to be closed when forwarding stops; false if it has.
func (f *forwarder) add(c net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.connections[c] = true
	return !f.closed
}

func (f *forwarder) drop(c net.Conn) {
	c.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.connections, c)
}

func (f *forwarder) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for c := range f.connections {
		c.Close()
	}
}
