package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// slow is a server that takes a time for each answer, and notes what it took.
type slow struct {
	listener net.Listener
	http     *http.Server
	serving  sync.WaitGroup
	err      error

	mu    sync.Mutex
	first time.Time
	times []float64 // ms
}

// startSlow starts a server; wait says how long an answer waits, by the time since the first request.
func startSlow(wait func(time.Duration) time.Duration) (*slow, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &slow{listener: l}
	s.http = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		begin := time.Now()
		s.mu.Lock()
		if s.first.IsZero() {
			s.first = begin
		}
		since := begin.Sub(s.first)
		s.mu.Unlock()
		time.Sleep(wait(since))
		took := time.Since(begin)
		s.mu.Lock()
		s.times = append(s.times, took.Seconds()*1e3)
		s.mu.Unlock()
		_, _ = io.WriteString(w, "ok") // a caller that left counts its own errors
	})}
	s.serving.Go(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.err = err
		}
	})
	return s, nil
}

func (s *slow) url() string { return "http://" + s.listener.Addr().String() + "/" }

func (s *slow) took() []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times
}

func (s *slow) close() error {
	err := s.http.Close()
	s.serving.Wait()
	return errors.Join(err, s.err)
}
