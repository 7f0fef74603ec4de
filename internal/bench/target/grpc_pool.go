package target

import (
	"context"
	"sync"

	"google.golang.org/grpc"
)

// grpcPool is the connections to a server that requests share. There are as many as it takes for none to wait in this
// program: a server allows so many requests at once on a connection, and what waited for its turn here would look as if
// the server were slow. Those who call a real service are many, and wait for each other no more than these.
type grpcPool struct {
	dial  func() (*grpc.ClientConn, error)
	watch *connWatch

	mu    sync.Mutex
	conns []*grpcConn // as they were made; the first with room is used
}

// grpcConn is a connection and how many requests are under way on it.
type grpcConn struct {
	*grpc.ClientConn
	streams uint32 // guarded by the lock of the pool
}

// take returns a connection with room for a request, which give returns. Until the server has told for the first time how
// many it allows, or cannot be reached, all wait: they could not be sent earlier.
func (p *grpcPool) take(ctx context.Context) (*grpcConn, error) {
	if err := p.begin(); err != nil {
		return nil, err
	}
	select {
	case <-p.watch.known:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	limit := p.watch.streams()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		if c.streams < limit {
			c.streams++
			return c, nil
		}
	}
	return p.add(1)
}

// begin makes the first connection.
func (p *grpcPool) begin() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.conns) > 0 {
		return nil
	}
	c, err := p.add(0)
	if err == nil {
		c.Connect()
	}
	return err
}

// add makes a connection. The caller holds the lock.
func (p *grpcPool) add(streams uint32) (*grpcConn, error) {
	conn, err := p.dial()
	if err != nil {
		return nil, err
	}
	c := &grpcConn{conn, streams}
	p.conns = append(p.conns, c)
	return c, nil
}

func (p *grpcPool) give(c *grpcConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.streams--
}

// close ends the connections. Nothing may be under way.
func (p *grpcPool) close() {
	for _, c := range p.conns {
		_ = c.Close()
	}
}
