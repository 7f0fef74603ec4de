package bench

import (
	"context"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/measure"
)

// outcome is a record with the error behind it, of which the log keeps one for each kind.
type outcome struct {
	record measure.Record
	err    error
}

// every is how often the log is flushed and the progress told: what a crash can lose.
const every = time.Second

// collector owns the log. It takes the records of all workers.
type collector struct {
	log      *measure.Writer
	start    time.Time
	records  chan outcome
	done     chan struct{}
	fail     func(error)
	err      error
	planned  int64
	examples map[string]string
	live     *liveView
	progress func(Live)
}

func newCollector(log *measure.Writer, in Input, start time.Time) *collector {
	return &collector{
		log: log, start: start, records: make(chan outcome, 4096), done: make(chan struct{}), fail: func(error) {},
		planned: in.Projection.Requests, examples: map[string]string{}, live: newLiveView(in.Projection), progress: in.Progress,
	}
}

// collect writes records until the channel is closed. When the log cannot be written it stops the run, and goes on taking
// records, so that nobody waits for it.
func (c *collector) collect() {
	defer close(c.done)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case o, ok := <-c.records:
			if !ok {
				return
			}
			c.take(&o)
		case <-tick.C:
			c.check(c.log.Flush())
			if c.progress != nil {
				c.progress(c.live.snapshot(time.Since(c.start)))
			}
		}
	}
}

func (c *collector) take(o *outcome) {
	kind := o.record.Kind.String()
	if _, seen := c.examples[kind]; o.err != nil && !seen && o.record.Kind != measure.Interrupted {
		c.examples[kind] = shortened(o.err.Error())
	}
	c.live.take(&o.record)
	c.check(c.log.Append(&o.record))
}

// shortened bounds what the log keeps of an error.
func shortened(text string) string {
	const most = 300
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func (c *collector) check(err error) {
	if err == nil || c.err != nil {
		return
	}
	c.err = fmt.Errorf("writing the log: %w", err)
	c.fail(c.err)
}

// close waits until all records are taken. Nobody may hand in any more.
func (c *collector) close() error {
	close(c.records)
	<-c.done
	return c.err
}

// end says how the run ended.
func (c *collector) end(ctx context.Context, err error) measure.End {
	e := measure.End{Complete: err == nil && ctx.Err() == nil, Elapsed: time.Since(c.start), Examples: c.examples}
	switch {
	case err != nil:
		e.Reason = err.Error()
	case ctx.Err() != nil:
		e.Reason = "interrupted"
	}
	return e
}
