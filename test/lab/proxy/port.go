package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"
)

const dialTimeout = 5 * time.Second

// A frontend is where a service is called.
type frontend struct {
	ip   string
	port int32
}

func (f frontend) String() string { return net.JoinHostPort(f.ip, strconv.Itoa(int(f.port))) }

// A port takes connections for one frontend and hands them to its backends in turn.
type port struct {
	listener net.Listener
	log      *slog.Logger
	life     *sync.WaitGroup
	ctx      context.Context // ends with the proxy

	mu       sync.Mutex
	backends []string
	next     int
	open     map[net.Conn]struct{}
}

// listen takes connections until the port is closed; open ones end at the latest with the context.
func listen(ctx context.Context, at frontend, log *slog.Logger, life *sync.WaitGroup) (*port, error) {
	listener, err := net.Listen("tcp", at.String())
	if err != nil {
		return nil, fmt.Errorf("cluster IP: %w: the network namespace needs a local route to it", err)
	}
	p := &port{listener: listener, log: log, life: life, ctx: ctx, open: map[net.Conn]struct{}{}}
	context.AfterFunc(ctx, p.end)
	life.Go(p.accept)
	return p, nil
}

func (p *port) set(backends []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.backends = backends
}

// close ends listening; open connections go on.
func (p *port) close() {
	_ = p.listener.Close() // accept says what went wrong
}

// end closes everything. Nothing is opened afterwards, since the context has ended.
func (p *port) end() {
	p.close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		_ = conn.Close() // whoever copies sees it
	}
}

func (p *port) accept() {
	for {
		conn, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			p.log.Warn("service proxy", "error", err)
			time.Sleep(10 * time.Millisecond) // out of files: others may end
			continue
		}
		p.life.Go(func() { p.handle(conn) })
	}
}

// handle copies both ways until both sides have ended.
func (p *port) handle(client net.Conn) {
	defer p.release(client)
	if !p.hold(client) {
		return
	}
	server, err := p.dial()
	if err != nil {
		if tcp, ok := client.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset, as from a host without such a port
		}
		return
	}
	defer p.release(server)
	if !p.hold(server) {
		return
	}
	var copies sync.WaitGroup
	copies.Go(func() { pipe(server, client) })
	copies.Go(func() { pipe(client, server) })
	copies.Wait()
}

// dial tries each backend once, beginning with the one whose turn it is.
func (p *port) dial() (net.Conn, error) {
	p.mu.Lock()
	backends, first := p.backends, p.next
	p.next++
	p.mu.Unlock()
	err := errors.New("no endpoint")
	for i := range backends {
		ctx, cancel := context.WithTimeout(p.ctx, dialTimeout)
		var conn net.Conn
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", backends[(first+i)%len(backends)])
		cancel()
		if err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// pipe copies one way and passes on the end of the stream; a broken one ends both.
func pipe(to, from net.Conn) {
	if _, err := io.Copy(to, from); err != nil {
		_ = to.Close()
		_ = from.Close()
		return
	}
	if tcp, ok := to.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
}

// hold keeps a connection for close, unless the proxy has ended.
func (p *port) hold(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx.Err() != nil {
		return false
	}
	p.open[conn] = struct{}{}
	return true
}

func (p *port) release(conn net.Conn) {
	p.mu.Lock()
	delete(p.open, conn)
	p.mu.Unlock()
	_ = conn.Close() // both directions are done
}
