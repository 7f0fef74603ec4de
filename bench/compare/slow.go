package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// slow is a server that takes a time for each answer, and notes what it took: from when the request was there to when the
// answer was on its way. It is HTTP by hand, so that what a framework does before and after is not in between, and waits by
// timers of the kernel: those of the runtime come up to a millisecond late, at one of two times, between which a median
// jumps.
type slow struct {
	listener net.Listener
	wait     func(time.Duration) time.Duration
	serving  sync.WaitGroup
	err      error

	mu     sync.Mutex
	failed error // of a connection
	first  time.Time
	times  []float64 // ms
	open   map[net.Conn]struct{}
}

// startSlow starts a server; wait says how long an answer waits, by the time since the first request.
func startSlow(wait func(time.Duration) time.Duration) (*slow, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &slow{listener: l, wait: wait, open: map[net.Conn]struct{}{}}
	s.serving.Go(func() { s.err = s.serve() })
	return s, nil
}

func (s *slow) url() string { return "http://" + s.listener.Addr().String() + "/" }

func (s *slow) serve() error {
	for {
		c, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.open[c] = struct{}{}
		s.mu.Unlock()
		s.serving.Go(func() { s.answer(c) })
	}
}

// answer answers requests without a body until the connection ends.
func (s *slow) answer(c net.Conn) {
	defer func() {
		_ = c.Close() // the other side has gone
		s.mu.Lock()
		delete(s.open, c)
		s.mu.Unlock()
	}()
	sleep, err := newTimer()
	if err != nil {
		s.fail(err)
		return
	}
	defer sleep.close()
	for in := bufio.NewReader(c); ; {
		if _, err := in.Peek(1); err != nil {
			return
		}
		begin := time.Now()
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		if err := sleep.wait(s.wait(s.since(begin)) - time.Since(begin)); err != nil {
			s.fail(err)
			return
		}
		if _, err := io.WriteString(c, reply); err != nil {
			return
		}
		s.note(time.Since(begin))
	}
}

// since is the time since the first request.
func (s *slow) since(begin time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first.IsZero() {
		s.first = begin
	}
	return begin.Sub(s.first)
}

func (s *slow) note(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times = append(s.times, took.Seconds()*1e3)
}

// fail keeps what close will return.
func (s *slow) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = errors.Join(s.failed, err)
}

func (s *slow) took() []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times
}

// close ends all connections and waits.
func (s *slow) close() error {
	err := s.listener.Close()
	s.mu.Lock()
	for c := range s.open {
		_ = c.Close() // wakes who waits on it
	}
	s.mu.Unlock()
	s.serving.Wait()
	return errors.Join(err, s.err, s.failed)
}
