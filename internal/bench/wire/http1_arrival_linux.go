//go:build !race

package wire

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// arrival reads from a socket and notes when the kernel had received what it read. The reader runs tens of microseconds after
// that, the time to wake a core that sleeps, and later where the machine is busy: none of it is the server's.
type arrival struct {
	net.Conn
	socket syscall.RawConn // nil where the kernel does not tell
	read   func(fd uintptr) bool
	last   time.Time // when the last that was read was received; it never goes back

	// Of a read under way; they are kept with it, so that reading allocates nothing.
	n       int
	failed  error
	message unix.Msghdr
	into    unix.Iovec
	control [64]byte
}

func newArrival(c net.Conn) *arrival {
	a := &arrival{Conn: c}
	s, ok := c.(syscall.Conn)
	if !ok {
		return a
	}
	socket, err := s.SyscallConn()
	if err != nil {
		return a
	}
	var refused error
	if socket.Control(func(fd uintptr) { refused = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) }) != nil || refused != nil {
		return a
	}
	a.socket, a.read = socket, a.receive
	return a
}

func (a *arrival) Read(p []byte) (int, error) {
	if a.socket == nil || len(p) == 0 {
		n, err := a.Conn.Read(p)
		a.last = time.Now()
		return n, err
	}
	a.into.Base = &p[0]
	a.into.SetLen(len(p))
	err := a.socket.Read(a.read)
	a.into.Base = nil
	if err == nil {
		err = a.failed
	}
	if err != nil {
		a.last = time.Now() // of the end
		return 0, err
	}
	return a.n, nil
}

// receive takes what is there; false when that is nothing.
func (a *arrival) receive(fd uintptr) bool {
	n, err := a.receiveMessage(fd)
	for err == unix.EINTR {
		n, err = a.receiveMessage(fd)
	}
	if err == unix.EAGAIN {
		return false
	}
	a.n, a.failed = n, nil
	switch {
	case err != 0:
		a.failed = &net.OpError{Op: "read", Net: "tcp", Source: a.LocalAddr(), Addr: a.RemoteAddr(), Err: os.NewSyscallError("recvmsg", err)}
	case n == 0:
		a.failed = io.EOF
	default:
		now := time.Now()
		if at := now.Add(-age(a.control[:a.message.Controllen], now)); at.After(a.last) {
			a.last = at
		}
	}
	return true
}

// receiveMessage is unix.Recvmsg without its allocation for the sender's address.
func (a *arrival) receiveMessage(fd uintptr) (int, syscall.Errno) {
	a.message = unix.Msghdr{Iov: &a.into, Control: &a.control[0]}
	a.message.SetIovlen(1)
	a.message.SetControllen(len(a.control))
	n, _, err := unix.Syscall(unix.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&a.message)), 0)
	return int(n), err
}

// age is how long ago a message was received, by its time on the wall clock; 0 where it has none, or one that is to come.
func age(control []byte, now time.Time) time.Duration {
	if len(control) < unix.CmsgSpace(int(unsafe.Sizeof(unix.Timespec{}))) {
		return 0
	}
	head, data, _, err := unix.ParseOneSocketControlMessage(control)
	if err != nil || head.Level != unix.SOL_SOCKET || head.Type != unix.SCM_TIMESTAMPNS {
		return 0
	}
	at := (*unix.Timespec)(unsafe.Pointer(&data[0]))
	return max(0, time.Duration(now.UnixNano()-at.Nano()))
}
