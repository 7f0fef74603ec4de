package selftest

import (
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// testServer is a server on loopback that knows what it did.
type testServer struct {
	listener net.Listener
	http     *http.Server
	serving  sync.WaitGroup
	freeze   time.Duration // how long it freezes, once

	mu       sync.Mutex
	times    []float64 // s, what each answer took
	frozen   time.Time // when it froze
	closed   int64
	answered int64
}

func startServer(make func(*testServer) http.HandlerFunc) (*testServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &testServer{listener: l}
	s.http = &http.Server{Handler: make(s), ReadHeaderTimeout: time.Minute}
	s.serving.Go(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			_ = l.Close() // requests are refused, and the self-test says so
		}
	})
	return s, nil
}

func (s *testServer) url() string { return "http://" + s.listener.Addr().String() + "/" }

func (s *testServer) close() {
	_ = s.http.Close() // nobody is asking any more
	s.serving.Wait()
}

// timed notes what each answer took.
func (s *testServer) timed(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		h(w, r)
		took := time.Since(begin).Seconds()
		s.mu.Lock()
		s.times = append(s.times, took)
		s.mu.Unlock()
	}
}

func (s *testServer) took() []float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.times
}

func startSteady(time.Duration) (*testServer, error) {
	return startServer(func(s *testServer) http.HandlerFunc {
		return s.timed(func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(40 * time.Millisecond)
			_, _ = io.WriteString(w, "ok") // a caller that left is seen by the test
		})
	})
}

// startFreezing freezes after two fifths of the time, for one fifth.
func startFreezing(each time.Duration) (*testServer, error) {
	var once sync.Once
	var first time.Time
	s, err := startServer(func(s *testServer) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			once.Do(func() {
				first = time.Now()
				s.mu.Lock()
				s.frozen = first.Add(each * 2 / 5)
				s.mu.Unlock()
			})
			if now, from := time.Now(), s.frozenAt(); now.After(from) {
				time.Sleep(from.Add(s.freeze).Sub(now))
			}
			_, _ = io.WriteString(w, "ok")
		}
	})
	if s != nil {
		s.freeze = each / 5
	}
	return s, err
}

func (s *testServer) frozenAt() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frozen
}

func startTrickling(time.Duration) (*testServer, error) {
	return startServer(func(s *testServer) http.HandlerFunc {
		return s.timed(func(w http.ResponseWriter, _ *http.Request) {
			for range 10 {
				_, _ = io.WriteString(w, "drip\n")
				w.(http.Flusher).Flush() // the server of the standard library always has one
				time.Sleep(10 * time.Millisecond)
			}
		})
	})
}

func startClosing(time.Duration) (*testServer, error) {
	return startServer(func(s *testServer) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			s.mu.Lock()
			drop := (s.closed+s.answered)%5 == 4
			if drop {
				s.closed++
			} else {
				s.answered++
			}
			s.mu.Unlock()
			if drop {
				panic(http.ErrAbortHandler) // closes the connection without an answer
			}
			_, _ = io.WriteString(w, "ok")
		}
	})
}

func (s *testServer) counts() (closed, answered int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed, s.answered
}
