//go:build !linux

package bench

import (
	"context"
	"time"
)

// pacer waits for moments by the runtime's timers, which may be a millisecond late.
type pacer struct {
	ctx   context.Context
	timer *time.Timer
}

// newPacer returns a pacer whose waits end with the context.
func newPacer(ctx context.Context) (*pacer, error) {
	timer := time.NewTimer(0)
	<-timer.C
	return &pacer{ctx: ctx, timer: timer}, nil
}

// wait returns after d, or before with an error when the context ends.
func (p *pacer) wait(d time.Duration) error {
	if d <= 0 {
		return nil
	}
	p.timer.Reset(d)
	select {
	case <-p.timer.C:
		return nil
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

func (p *pacer) close() error {
	p.timer.Stop()
	return nil
}
