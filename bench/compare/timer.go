package main

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// timer is one of the kernel, read through the network poller.
type timer struct {
	fd   int
	file *os.File
}

func newTimer() (*timer, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("a timer of the kernel: %w", err)
	}
	return &timer{fd, os.NewFile(uintptr(fd), "timerfd")}, nil
}

// wait returns after d.
func (t *timer) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	if err := unix.TimerfdSettime(t.fd, 0, &spec, nil); err != nil {
		return fmt.Errorf("a timer of the kernel: %w", err)
	}
	var expirations [8]byte
	_, err := t.file.Read(expirations[:])
	return err
}

func (t *timer) close() { _ = t.file.Close() } // nothing is lost
