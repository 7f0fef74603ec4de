package bench

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// pacer waits for moments. It reads a timer of the kernel in a system call that blocks, which wakes the goroutine tens of
// microseconds after the moment, and costs less than to wait for the timer through the network poller: that wakes threads of the
// scheduler to look for work, at ten thousand requests a second for a sixth of the CPU time. The runtime's own timers are
// rounded to milliseconds while the process is idle.
//
// As those tens of microseconds hardly vary, it sets its timer by as much too early, and passes what is left in a loop.
type pacer struct {
	early time.Duration // the median of how late the timer wakes, about

	unhook  func() bool
	isExtra bool // the right to run Go was given to this pacer

	mu      sync.Mutex
	fd      int // -1 once closed
	stopped bool
}

// newPacer returns a pacer whose waits end with the context.
func newPacer(ctx context.Context) (*pacer, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("a timer of the kernel: %w", err)
	}
	p := &pacer{fd: fd}
	if runtime.GOMAXPROCS(0) == 1 {
		// Who waits in a system call keeps the right to run Go for a while, which must not be the only one: answers
		// would not be read before the next request is due.
		runtime.GOMAXPROCS(2)
		p.isExtra = true
	}
	p.unhook = context.AfterFunc(ctx, p.stop)
	return p, nil
}

// wait returns after d, or before with an error when the context ends.
func (p *pacer) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	due := time.Now().Add(d)
	early := p.early
	if d < shortest {
		early = 0
	}
	if err := p.set(d - early); err != nil {
		return err
	}
	var expirations [8]byte
	_, err := unix.Read(p.fd, expirations[:])
	for err == unix.EINTR {
		_, err = unix.Read(p.fd, expirations[:])
	}
	if err != nil {
		return fmt.Errorf("a timer of the kernel: %w", err)
	}
	if err := p.canceled(); err != nil {
		return err // what is left may be long
	}
	if d >= shortest {
		p.learn(time.Since(due) + early)
	}
	for time.Now().Before(due) { // at most as long as it was early
	}
	return nil
}

// A step of what is learned, and the most of it: how long a wait may keep a processor busy. Waits that are not much longer
// are left as they are: to be busy in them would cost a tenth of the CPU time at ten thousand requests a second.
const (
	step      = 2 * time.Microsecond
	mostEarly = 80 * time.Microsecond
	shortest  = 5 * mostEarly
)

// learn moves the time by which the timer is set too early towards the median of how late it wakes.
func (p *pacer) learn(late time.Duration) {
	if late > p.early {
		p.early = min(p.early+step, mostEarly)
	} else {
		p.early = max(p.early-step, 0)
	}
}

// canceled is an error once the pacer was stopped.
func (p *pacer) canceled() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended()
}

// ended is an error once the pacer was stopped. The caller holds the lock.
func (p *pacer) ended() error {
	if p.stopped {
		return context.Canceled
	}
	return nil
}

func (p *pacer) set(d time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.ended(); err != nil {
		return err
	}
	return settime(p.fd, d)
}

func settime(fd int, d time.Duration) error {
	timer := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	if err := unix.TimerfdSettime(fd, 0, &timer, nil); err != nil {
		return fmt.Errorf("a timer of the kernel: %w", err)
	}
	return nil
}

// stop ends a wait, which has no other end than its timer.
func (p *pacer) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	if p.fd >= 0 {
		_ = settime(p.fd, 1) // of a timer that could be set before
	}
}

// close must follow the last wait.
func (p *pacer) close() error {
	p.unhook()
	if p.isExtra {
		runtime.GOMAXPROCS(1)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	fd := p.fd
	p.fd = -1
	return unix.Close(fd)
}
