package workload

import (
	"context"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/duration"
)

// maxCountBlocks bounds the memory of Counts.
const maxCountBlocks = 10_000_000

// Counts returns the number of requests in each block of time; the end of the
// workload may cut the last of them, so that there are span/block, rounded up.
//
// Requests in memory and files of requests are counted. Of what is drawn it is
// the expectation where that is known without drawing: recorded counts and
// rates, spread evenly over their periods; the rate of a generator (in the
// states of mmpp that it goes through); a scale as a factor. What remains is read once.
//
// It stops soon after ctx has ended, also within a long file, with the context's
// error. More than 10 million blocks are an error.
func Counts(ctx context.Context, w Workload, block time.Duration) ([]float64, error) {
	span := w.Info().Span
	if block <= 0 {
		return nil, fmt.Errorf("expected blocks longer than 0, got %s", duration.Text(block))
	}
	n := int64(span / block)
	if span%block > 0 {
		n++
	}
	if n > maxCountBlocks {
		return nil, fmt.Errorf("%d blocks of %s in %s: expected at most %d, choose longer ones", n, duration.Text(block), duration.Text(span), maxCountBlocks)
	}
	counts := blockCounts{block: block, counts: make([]float64, n)}
	if n == 0 {
		return counts.counts, nil
	}
	if err := expect(ctx, w, counts.add); err != nil {
		return nil, err
	}
	return counts.counts, nil
}

// blockCounts collects the requests of blocks of time.
type blockCounts struct {
	block  time.Duration
	counts []float64
}

// add spreads requests over a stretch of time. An empty one is a moment.
func (c *blockCounts) add(from, to time.Duration, n float64) {
	i := min(from/c.block, time.Duration(len(c.counts)-1)) // rounding may make a moment the very end
	if to <= from || (to-1)/c.block == i {
		c.counts[i] += n
		return
	}
	perTime := n / float64(to-from)
	for from < to {
		part := min(c.block-from%c.block, to-from)
		c.counts[from/c.block] += perTime * float64(part)
		from += part
	}
}
