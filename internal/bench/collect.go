package bench

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
)

// outcome is a record with the error behind it, of which the log keeps one for each kind.
type outcome struct {
	record record.Record
	err    error
}

// every is how often the log is flushed and the progress told: what a crash can lose.
const every = time.Second

// batchSize is how many outcomes are handed in at once: waking the collector for each would cost more than to write it.
const batchSize = 32

// collector owns the log. It takes the records of all workers.
type collector struct {
	mu    sync.Mutex
	batch []outcome // is being filled

	full chan []outcome
	free chan []outcome // batches that were taken and may be filled again

	log      *record.Writer
	start    time.Time
	done     chan struct{}
	fail     func(error)
	err      error
	planned  int64
	examples map[string]string
	live     *liveView
	progress func(Live)
	last     []time.Duration // by target, when its last answer ended; record.Unseen, or missing, for none
}

func newCollector(log *record.Writer, in Input, start time.Time) *collector {
	return &collector{
		batch: make([]outcome, 0, batchSize), full: make(chan []outcome, 8), free: make(chan []outcome, 8),
		log: log, start: start, done: make(chan struct{}), fail: func(error) {},
		planned: in.Projection.Requests, examples: map[string]string{}, live: newLiveView(in.Projection), progress: in.Progress,
	}
}

// add hands an outcome in. It waits when the log is behind by more than a few batches.
func (c *collector) add(o outcome) {
	c.mu.Lock()
	c.batch = append(c.batch, o)
	var full []outcome
	if len(c.batch) == batchSize {
		full = c.swap()
	}
	c.mu.Unlock()
	if full != nil {
		c.full <- full
	}
}

// swap returns what has been handed in, and begins another batch. The caller holds the lock.
func (c *collector) swap() []outcome {
	filled := c.batch
	select {
	case c.batch = <-c.free:
	default:
		c.batch = make([]outcome, 0, batchSize)
	}
	return filled
}

// collect writes batches until there will be no more. When the log cannot be written it stops the run, and goes on taking
// batches, so that nobody waits for it.
func (c *collector) collect() {
	defer close(c.done)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case batch, ok := <-c.full:
			if !ok {
				c.takeRest()
				return
			}
			c.takeAll(batch)
		case <-tick.C:
			c.takeRest()
			c.check(c.log.Flush())
			if c.progress != nil {
				c.progress(c.live.snapshot(time.Since(c.start)))
			}
		}
	}
}

// takeRest takes the batch that is not full yet.
func (c *collector) takeRest() {
	c.mu.Lock()
	batch := c.swap()
	c.mu.Unlock()
	c.takeAll(batch)
}

func (c *collector) takeAll(batch []outcome) {
	for i := range batch {
		c.take(&batch[i])
	}
	clear(batch) // lets go of chunk times
	select {
	case c.free <- batch[:0]:
	default:
	}
}

func (c *collector) take(o *outcome) {
	if o.err != nil && o.record.Kind != record.Interrupted {
		if kind := o.record.Kind.String(); c.examples[kind] == "" {
			c.examples[kind] = target.Shorten(o.err.Error())
		}
	}
	c.live.take(&o.record)
	c.noteEnd(&o.record)
	c.check(c.log.Append(&o.record))
}

// noteEnd remembers when a target was left alone.
func (c *collector) noteEnd(r *record.Record) {
	for len(c.last) <= r.Target {
		c.last = append(c.last, record.Unseen)
	}
	c.last[r.Target] = max(c.last[r.Target], r.LastByte)
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
	close(c.full)
	<-c.done
	return c.err
}

// end says how the run ended.
func (c *collector) end(ctx context.Context, err error) record.End {
	e := record.End{Complete: err == nil && ctx.Err() == nil, Elapsed: time.Since(c.start), Examples: c.examples}
	switch {
	case err != nil:
		e.Reason = err.Error()
	case ctx.Err() != nil:
		e.Reason = "interrupted"
	}
	return e
}

// fullError says that as many requests were in flight as may be.
type fullError int

func (e fullError) Error() string {
	return fmt.Sprintf("%d requests were in flight, as many as maxInFlight allows", int(e))
}
