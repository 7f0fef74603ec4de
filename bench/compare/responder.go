package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// reply is what every server here answers.
const reply = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

var endOfHead = []byte("\r\n\r\n")

// responder answers requests without a body at once, and notes when each arrived. It is one thread around epoll and does
// next to nothing for a request, so that the tools under test have the machine to themselves.
type responder struct {
	listener, epoll, wake int
	port                  int
	began                 time.Time
	serving               sync.WaitGroup
	err                   error

	mu       sync.Mutex
	arrivals []time.Duration // since began, in order
	partial  map[int][]byte  // the beginning of a request, of connections that have sent no more
}

func startResponder() (_ *responder, err error) {
	r := &responder{began: time.Now(), partial: map[int][]byte{}, listener: -1, epoll: -1, wake: -1}
	defer func() {
		if err != nil {
			r.closeAll()
		}
	}()
	if r.listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	if err = unix.Bind(r.listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, fmt.Errorf("bind: %w", err)
	}
	if err = unix.Listen(r.listener, 4096); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	name, err := unix.Getsockname(r.listener)
	if err != nil {
		return nil, fmt.Errorf("getsockname: %w", err)
	}
	r.port = name.(*unix.SockaddrInet4).Port
	if r.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	if r.wake, err = unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC); err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	if err = errors.Join(r.watch(r.listener), r.watch(r.wake)); err != nil {
		return nil, err
	}
	r.serving.Go(func() { r.err = r.serve() })
	return r, nil
}

func (r *responder) url() string {
	return "http://" + net.JoinHostPort("127.0.0.1", fmt.Sprint(r.port)) + "/"
}

func (r *responder) watch(fd int) error {
	return unix.EpollCtl(r.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

// serve runs until close wakes it.
func (r *responder) serve() error {
	events := make([]unix.EpollEvent, 256)
	buffer := make([]byte, 64<<10)
	for {
		n, err := unix.EpollWait(r.epoll, events, -1)
		if err != nil && err != unix.EINTR {
			return fmt.Errorf("epoll: %w", err)
		}
		for _, e := range events[:max(n, 0)] {
			switch fd := int(e.Fd); fd {
			case r.wake:
				return nil
			case r.listener:
				if err := r.accept(); err != nil {
					return err
				}
			default:
				r.answer(fd, buffer)
			}
		}
	}
}

func (r *responder) accept() error {
	fd, _, err := unix.Accept4(r.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err == unix.EAGAIN || err == unix.ECONNABORTED || err == unix.EINTR {
		return nil
	}
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	r.mu.Lock()
	r.partial[fd] = nil
	r.mu.Unlock()
	return errors.Join(unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1), r.watch(fd))
}

// answer takes what a connection has sent, and answers each request that is complete.
func (r *responder) answer(fd int, buffer []byte) {
	n, err := unix.Read(fd, buffer)
	if err == unix.EAGAIN || err == unix.EINTR {
		return
	}
	at := time.Since(r.began)
	r.mu.Lock()
	defer r.mu.Unlock()
	if n <= 0 {
		delete(r.partial, fd)
		// Told apart from closing: a process that is being started shares the connection for a moment, which would be
		// watched on, under a number that may be that of another file by then.
		_ = unix.EpollCtl(r.epoll, unix.EPOLL_CTL_DEL, fd, nil)
		_ = unix.Close(fd) // the other side has gone, or will be told
		return
	}
	data := buffer[:n]
	if rest := r.partial[fd]; len(rest) > 0 {
		data = append(rest, data...)
	}
	for {
		_, rest, found := bytes.Cut(data, endOfHead)
		if !found {
			break
		}
		data = rest
		r.arrivals = append(r.arrivals, at)
		_, _ = unix.Write(fd, []byte(reply)) // a caller that has gone counts its own errors
	}
	if len(data) > 0 || len(r.partial[fd]) > 0 {
		r.partial[fd] = append([]byte(nil), data...)
	}
}

// take returns the arrivals since the last time.
func (r *responder) take() []time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.arrivals
	r.arrivals = make([]time.Duration, 0, cap(all))
	return all
}

func (r *responder) close() error {
	_, err := unix.Write(r.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	r.serving.Wait()
	r.closeAll()
	return errors.Join(err, r.err)
}

func (r *responder) closeAll() {
	for fd := range r.partial {
		_ = unix.Close(fd)
	}
	for _, fd := range []int{r.listener, r.epoll, r.wake} {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}
