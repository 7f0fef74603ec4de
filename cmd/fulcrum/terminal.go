package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// isTerminal reports whether a stream is a terminal that can move its cursor.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// isColorful reports whether to colour the output: on a terminal, unless NO_COLOR is set (no-color.org).
func isColorful(w io.Writer) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }

// progressBar shows how far long work is: a bar on a terminal, elsewhere a line every progressInterval.
type progressBar struct {
	bar  *progressbar.ProgressBar
	w    io.Writer
	what string
	last time.Time // of a line
}

// progressInterval is the time between two lines of progress.
const progressInterval = 10 * time.Second

func newProgressBar(w io.Writer, what string) *progressBar {
	p := &progressBar{w: w, what: what, last: time.Now()}
	if !isTerminal(w) {
		return p
	}
	p.bar = progressbar.NewOptions(1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionClearOnFinish(),
	)
	return p
}

// set moves the bar. Its errors are those of the terminal, about which nothing can be done.
func (p *progressBar) set(done, total int) {
	if p.bar != nil {
		p.bar.ChangeMax(max(total, 1))
		_ = p.bar.Set(done)
		return
	}
	if now := time.Now(); now.Sub(p.last) >= progressInterval {
		p.last = now
		fmt.Fprintf(p.w, "fulcrum: %s: %d of %d steps done so far\n", p.what, done, total)
	}
}

// note writes a line of its own beside the bar.
func (p *progressBar) note(text string) {
	p.finish()
	fmt.Fprintf(p.w, "fulcrum: %s\n", text)
}

// finish removes the bar.
func (p *progressBar) finish() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
