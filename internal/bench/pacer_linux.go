package bench

import (
	"context"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pacer waits for moments. It reads a timer of the kernel through the network poller, which wakes the goroutine tens of
// microseconds after the moment; the runtime's own timers are rounded to milliseconds while the process is idle.
type pacer struct {
	fd   int
	file *os.File
	stop func() bool
}

// newPacer returns a pacer whose waits end with the context.
func newPacer(ctx context.Context) (*pacer, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("a timer of the kernel: %w", err)
	}
	p := &pacer{fd: fd, file: os.NewFile(uintptr(fd), "timerfd")}
	p.stop = context.AfterFunc(ctx, func() { _ = p.file.SetReadDeadline(time.Unix(1, 0)) })
	return p, nil
}

// wait returns after d, or before with an error when the context ends.
func (p *pacer) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	if err := unix.TimerfdSettime(p.fd, 0, &timer, nil); err != nil {
		return fmt.Errorf("a timer of the kernel: %w", err)
	}
	var expirations [8]byte
	_, err := p.file.Read(expirations[:])
	return err
}

func (p *pacer) close() error {
	p.stop()
	return p.file.Close()
}
