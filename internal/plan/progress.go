package plan

import "sync"

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
