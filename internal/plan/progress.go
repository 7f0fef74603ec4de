package plan

import (
	"io"
	"sync"

	"fulcrum.dev/fulcrum/internal/workload"
)

// progress counts finished pieces of work and reports them one call at a time.
type progress struct {
	mu          sync.Mutex
	report      func(done, total int)
	done, total int
}

func newProgress(report func(done, total int)) *progress { return &progress{report: report} }

// expect announces more work.
func (p *progress) expect(n int) { p.add(0, n) }

// step says that one piece is done.
func (p *progress) step() { p.add(1, 0) }

func (p *progress) add(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = p.done+done, p.total+total
	if p.report != nil {
		p.report(p.done, p.total)
	}
}

const (
	// watchedRequests is how many requests a run must have to be watched while it goes on, and watchedSteps the pieces of
	// work that it then counts as.
	watchedRequests = 5_000_000
	watchedSteps    = 20
)

// watch returns a workload that counts as work while it is read, and what is to be called when the run is over.
func (p *progress) watch(load workload.Workload, requests int64) (watched workload.Workload, over func()) {
	if p == nil || requests < watchedRequests {
		return load, func() {}
	}
	w := &watchedWorkload{Workload: load, progress: p, every: requests / watchedSteps, left: watchedSteps}
	p.expect(watchedSteps)
	return w, func() { p.add(w.left, 0) }
}

// watchedWorkload is read once.
type watchedWorkload struct {
	workload.Workload
	progress *progress
	every    int64 // requests
	read     int64 // since the last step
	left     int   // steps
}

func (w *watchedWorkload) Open() (workload.Stream, error) {
	s, err := w.Workload.Open()
	if err != nil {
		return nil, err
	}
	return &watchedStream{Stream: s, watched: w}, nil
}

type watchedStream struct {
	workload.Stream
	watched *watchedWorkload
}

func (s *watchedStream) Read(dst []workload.Request) (int, error) {
	n, err := s.Stream.Read(dst)
	w := s.watched
	if w.read += int64(n); w.read >= w.every && w.left > 1 {
		w.read -= w.every
		w.left--
		w.progress.step()
	}
	return n, err
}

// Close gives back what the stream holds.
func (s *watchedStream) Close() error {
	if c, ok := s.Stream.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
