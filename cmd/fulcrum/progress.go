package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"
)

// progressInterval is the time between two lines of progress.
const progressInterval = 10 * time.Second

// progress says on standard error what long work does and how far it is: a line every progressInterval, or a bar on a
// terminal once the work counts its steps. Work that takes less time says nothing. A nil progress says nothing at all.
type progress struct {
	w    io.Writer
	bars bool // on a terminal
	end  chan struct{}
	done sync.WaitGroup

	mu    sync.Mutex // what is below
	what  string     // the work under way
	since time.Time  // when it began
	bytes int64      // read since
	steps struct{ done, total int }
	bar   *progressbar.ProgressBar
}

// newProgress begins to watch the work that what names, such as "reading trace.csv", until finish.
func newProgress(w io.Writer, what string) *progress {
	p := &progress{w: w, bars: isTerminal(w), end: make(chan struct{}), what: what, since: time.Now()}
	p.done.Go(p.tell)
	return p
}

// tell writes a line every progressInterval.
func (p *progress) tell() {
	ticks := time.NewTicker(progressInterval)
	defer ticks.Stop()
	for {
		select {
		case <-p.end:
			return
		case now := <-ticks.C:
			p.mu.Lock()
			if p.bar == nil {
				fmt.Fprintf(p.w, "fulcrum: %s\n", p.text(now))
			}
			p.mu.Unlock()
		}
	}
}

// text says how far the work is. What is left is expected at the pace so far.
func (p *progress) text(now time.Time) string {
	spent := now.Sub(p.since)
	shown := spent.Round(time.Second)
	switch {
	case p.steps.done > 0:
		left := time.Duration(float64(spent) / float64(p.steps.done) * float64(p.steps.total-p.steps.done))
		return fmt.Sprintf("%s: %d of %d steps done in %s, about %s left", p.what, p.steps.done, p.steps.total, shown, left.Round(time.Second))
	case p.bytes > 0:
		return fmt.Sprintf("%s: %s read in %s", p.what, humanize.Bytes(uint64(p.bytes)), shown)
	}
	return fmt.Sprintf("%s: %s so far", p.what, shown)
}

// begin goes on to other work.
func (p *progress) begin(what string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.what, p.since, p.bytes = what, time.Now(), 0
	p.steps.done, p.steps.total = 0, 0
}

// set is told how many steps of the work are done.
func (p *progress) set(done, total int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steps.done, p.steps.total = done, total
	if !p.bars {
		return
	}
	if p.bar == nil {
		p.bar = newBar(p.w, p.what)
	}
	p.bar.ChangeMax(max(total, 1))
	_ = p.bar.Set(done) // errors are the terminal's, about which nothing can be done
}

func newBar(w io.Writer, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionClearOnFinish(),
	)
}

// read is told how many bytes were read.
func (p *progress) read(n int) {
	if p == nil {
		return
	}
	p.mu.Lock()
	p.bytes += int64(n)
	p.mu.Unlock()
}

// note writes a line of its own beside the bar.
func (p *progress) note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintf(p.w, "fulcrum: %s\n", text)
}

// clear removes the bar. The lock is held.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}

// finish removes the bar and ends the lines. It can be called more than once, by one goroutine.
func (p *progress) finish() {
	select {
	case <-p.end:
		return
	default:
	}
	close(p.end)
	p.done.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}
