//go:build unix

package wire

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// peek looks whether a socket has received anything, without taking it.
type peek struct {
	socket  syscall.RawConn // nil where there is none to look at
	look    func(fd uintptr) bool
	polled  [1]unix.PollFd // kept with look, so that looking allocates nothing
	isEmpty bool
}

func (p *peek) watch(c net.Conn) {
	s, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	socket, err := s.SyscallConn()
	if err != nil {
		return
	}
	p.socket = socket
	p.look = func(fd uintptr) bool {
		p.polled[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
		n, err := unix.Poll(p.polled[:], 0)
		p.isEmpty = n == 0 || err == unix.EINTR
		return true // do not wait
	}
}

// isQuiet reports that there is nothing to read, neither data nor the end. What cannot be looked at is taken to be so.
func (p *peek) isQuiet() bool {
	if p.socket == nil {
		return true
	}
	p.isEmpty = false
	return p.socket.Read(p.look) == nil && p.isEmpty
}
