package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"

	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/bench/wire"
)

// openLoad sends every request when it is due, and waits for the answers.
func (x *workers) openLoad(ctx context.Context, in Input) (err error) {
	plan, err := newSchedule(in.Suite, in.Workload, in.Projection.Turn)
	if err != nil {
		return fmt.Errorf("reading the schedule: %w", err)
	}
	defer plan.close()
	pace, err := newPacer(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pace.close()) }()
	exchanges, stop := interruptible(ctx, x.targets...)
	defer stop()
	var working sync.WaitGroup
	defer working.Wait()
	defer x.dismiss()
	for {
		j, err := plan.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("reading the schedule: %w", err)
		}
		wait := j.due - x.now()
		if wait <= 0 {
			runtime.Gosched() // behind: the workers must send what they have before they are given more
		}
		for ; wait > 0; wait = j.due - x.now() {
			if err := pace.wait(wait); err != nil && ctx.Err() == nil {
				return err
			} else if ctx.Err() != nil {
				return nil
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		x.dispatch(exchanges, j, &working)
	}
}

// interruptible returns a context that ends with another one, for a reason that records tell apart from a time-out. All
// exchanges of the targets that are under way end then.
func interruptible(ctx context.Context, targets ...target.Target) (exchanges context.Context, stop func()) {
	exchanges, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		cancel(wire.ErrInterrupted)
		for _, t := range targets {
			t.Interrupt()
		}
	})
	return exchanges, func() { unhook(); cancel(nil) }
}

// dismiss lets workers go once they have what they wait for.
func (x *workers) dismiss() {
	close(x.jobs)
	for _, t := range x.targets {
		if f := target.FastPathOf(t); f != nil {
			f.Close()
		}
	}
}

// dispatch sends a job on the fast path, or gives it to a free worker, or to a new one, or records that it
// was not sent.
func (x *workers) dispatch(ctx context.Context, j job, working *sync.WaitGroup) {
	if x.inFlight.Load() >= int64(x.maxInFlight) {
		x.collector.add(outcome{newRecord(j), fullError(x.maxInFlight)})
		return
	}
	x.inFlight.Add(1)
	if f := target.FastPathOf(x.targets[j.target]); f != nil {
		if r := newRecord(j); f.Send(&r, x.start, x.timeout) {
			return
		}
	}
	select {
	case x.jobs <- j:
	default:
		working.Go(func() { x.work(ctx, j) })
	}
}

// work carries out a job and those that come after it.
func (x *workers) work(ctx context.Context, j job) {
	for isMore := true; isMore; j, isMore = <-x.jobs {
		x.do(ctx, j)
		if f := target.FastPathOf(x.targets[j.target]); f != nil {
			f.Serve(ctx, x.start, x.timeout, x.handIn)
		}
	}
}

// closedLoad lets callers send one request after the other. What they send is due when it is sent: such a load cannot be
// late, and does not see what others would have waited.
func (x *workers) closedLoad(ctx context.Context, in Input) error {
	closed := in.Suite.Spec.Load.Closed
	exchanges, stop := interruptible(ctx, x.targets...)
	defer stop()
	var sequence atomic.Int64
	var callers sync.WaitGroup
	for range min(closed.Callers, x.maxInFlight) {
		turns := newTurns(len(x.targets), in.Projection.Turn, *in.Suite.Spec.Load.Seed)
		callers.Go(func() {
			for ctx.Err() == nil {
				j := job{Request: target.Request{Sequence: sequence.Add(1) - 1}, due: x.now()}
				if j.due >= closed.Duration.Std() {
					return
				}
				j.target, j.round = turns.of(j.Sequence, j.due)
				x.inFlight.Add(1)
				x.do(exchanges, j)
			}
		})
	}
	callers.Wait()
	return nil
}
