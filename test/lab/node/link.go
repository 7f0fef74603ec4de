package node

import (
	"context"
	"errors"
	"net"
	"sync"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

var errCut = errors.New("node is cut off from the API server")

// A link is the node's network to the API server.
type link struct {
	mu     sync.Mutex
	broken bool
	open   map[net.Conn]struct{}
}

func newLink() *link { return &link{open: map[net.Conn]struct{}{}} }

// client returns one whose connections are the link's alone.
func (l *link) client(config *rest.Config) (kubernetes.Interface, error) {
	config = rest.CopyConfig(config)
	dial := config.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if l.isCut() {
			return nil, errCut
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return l.add(conn)
	}
	config.QPS = -1 // the API server limits, not the client
	config.UserAgent = "kubelet/lab"
	return kubernetes.NewForConfig(config)
}

func (l *link) isCut() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
}

func (l *link) add(conn net.Conn) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken {
		return nil, errors.Join(errCut, conn.Close())
	}
	l.open[conn] = struct{}{}
	return &linkConn{Conn: conn, link: l}, nil
}

func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = true
	for conn := range l.open {
		_ = conn.Close() // a cut wire says nothing
		delete(l.open, conn)
	}
}

func (l *link) heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = false
}

type linkConn struct {
	net.Conn
	link *link
}

func (c *linkConn) Close() error {
	c.link.mu.Lock()
	delete(c.link.open, c.Conn)
	c.link.mu.Unlock()
	return c.Conn.Close()
}
