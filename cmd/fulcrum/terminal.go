package main

import (
	"io"
	"os"

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

// progressBar shows how far long work is, on a terminal only.
type progressBar struct{ bar *progressbar.ProgressBar }

func newProgressBar(w io.Writer, what string) *progressBar {
	if !isTerminal(w) {
		return &progressBar{}
	}
	return &progressBar{bar: progressbar.NewOptions(1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionClearOnFinish(),
	)}
}

// set moves the bar. Its errors are those of the terminal, about which nothing can be done.
func (p *progressBar) set(done, total int) {
	if p.bar != nil {
		p.bar.ChangeMax(max(total, 1))
		_ = p.bar.Set(done)
	}
}

// finish removes the bar.
func (p *progressBar) finish() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
