package main

import (
	"fmt"
	"io"
	"time"
)

// remaining says on standard error how far long work is and how long the rest
// takes: by a bar on a terminal, elsewhere by a line now and then.
type remaining struct {
	w     io.Writer
	what  string
	bar   *progressBar
	start time.Time
	next  time.Duration // when the next line is due
}

// A first line comes after firstRemaining, so that short work says nothing, and the others at twice the time of the one before.
const firstRemaining = 10 * time.Second

func newRemaining(w io.Writer, what string) *remaining {
	return &remaining{w: w, what: what, bar: newProgressBar(w, what), start: time.Now(), next: firstRemaining}
}

// set is told how much of the work is done.
func (r *remaining) set(done, total int) {
	if r.bar.bar != nil {
		r.bar.set(done, total)
	}
	spent := time.Since(r.start)
	if done == 0 || spent < r.next {
		return
	}
	r.next = min(2*r.next, r.next+5*time.Minute)
	left := time.Duration(float64(spent) / float64(done) * float64(total-done))
	if r.bar.bar == nil {
		fmt.Fprintf(r.w, "fulcrum: %d of %d %s simulated in %s, about %s left\n", done, total, r.what, spent.Round(time.Second), left.Round(time.Second))
	} else {
		r.bar.bar.Describe(fmt.Sprintf("%s, about %s left", r.what, left.Round(time.Second)))
	}
}

func (r *remaining) finish() { r.bar.finish() }
