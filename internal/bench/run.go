package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/workload"
)

// Input is what a run depends on.
type Input struct {
	Suite *v1alpha1.Suite
	// Workload is the schedule; nil for a closed load, and without any.
	Workload workload.Workload
	// Projection is that of the workload.
	Projection Projection
	// Access is by the target's name.
	Access map[string]target.Access
	// Forcers bring cold starts about, by the target's name; those that are missing have none.
	Forcers map[string]Forcer
	// SuiteHash and Tool are for the header.
	SuiteHash, Tool string
	// Progress is called about every second, and when something new begins, from other goroutines, one at a time, if it is not nil.
	Progress func(Live)
}

// Run sends the load, brings about cold starts, and writes the log. When the context ends it stops, the log is a valid one of
// what was sent, and what was changed for cold starts is as it was; where that failed, the reason for which the run is
// incomplete says so.
//
// Errors: a target that cannot be asked at all, a schedule that cannot be read, a log that cannot be written. What
// happens to requests is in the log.
func Run(ctx context.Context, in Input, w io.Writer) (record.End, error) {
	targets, err := newTargets(in)
	if err != nil {
		return record.End{}, err
	}
	defer func() {
		for _, t := range targets {
			t.Close()
		}
	}()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start := time.Now()
	log, err := record.NewWriter(w, in.header(start))
	if err != nil {
		return record.End{}, fmt.Errorf("writing the log: %w", err)
	}
	c := newCollector(log, in, start)
	c.fail = cancel
	x := &workers{
		targets: targets, timeout: in.Suite.Spec.Timeout.Std(), start: start, collector: c,
		maxInFlight: in.Suite.Spec.MaxInFlight, jobs: make(chan job),
	}
	go c.collect()
	switch {
	case in.Workload != nil:
		err = x.openLoad(ctx, in)
	case in.Suite.Spec.Load.HasLoad():
		err = x.closedLoad(ctx, in)
	}
	err = errors.Join(err, c.close())
	var left []string
	if err == nil {
		left, err = x.afterLoad(ctx, in, log)
	}
	end := c.end(ctx, err)
	if len(left) > 0 {
		end.Complete, end.Reason = false, strings.Join(left, "; ")
	}
	if err != nil {
		if len(left) > 0 {
			err = fmt.Errorf("%w; %s", err, end.Reason)
		}
		return end, err
	}
	if planned := in.Projection.Requests; end.Complete && in.Workload != nil && c.live.requests != planned {
		return end, fmt.Errorf("%d requests were recorded of %d scheduled: a fault of this program, please report it", c.live.requests, planned)
	}
	if err := log.Close(end); err != nil {
		return end, fmt.Errorf("writing the log: %w", err)
	}
	return end, nil
}

// afterLoad does what the suite asks for beside the load, and says what could not be left as it was.
func (x *workers) afterLoad(ctx context.Context, in Input, log *record.Writer) (left []string, err error) {
	if tell := in.Progress; tell != nil { // several searches for a window tell what they do
		var one sync.Mutex
		in.Progress = func(l Live) {
			one.Lock()
			defer one.Unlock()
			tell(l)
		}
	}
	s := &coldStage{workers: x, in: in, log: log}
	if in.Workload != nil { // what is sent is as large as the first request of the load
		plan, err := newSchedule(in.Suite, in.Workload, in.Projection.Turn)
		if err != nil {
			return nil, fmt.Errorf("reading the schedule: %w", err)
		}
		defer plan.close()
		if s.sample, err = plan.next(); err != nil && err != io.EOF {
			return nil, fmt.Errorf("reading the schedule: %w", err)
		}
	}
	if left, err = s.coldStarts(ctx); err != nil || ctx.Err() != nil {
		return left, err
	}
	return left, s.keepAlives(ctx)
}

func newTargets(in Input) ([]target.Target, error) {
	var targets []target.Target
	for _, t := range in.Suite.Spec.Targets {
		made, err := target.Open(t, in.Access[t.Name], in.Suite.Spec.MaxInFlight)
		if err != nil {
			return nil, err
		}
		targets = append(targets, made)
	}
	return targets, nil
}

// workers are the goroutines that wait for answers: about as many as there ever were requests in flight at once, of each target
// on its fast path. They are kept, because a goroutine that has grown its stack is cheaper than a new one.
type workers struct {
	targets     []target.Target
	timeout     time.Duration
	start       time.Time
	collector   *collector
	maxInFlight int
	jobs        chan job
	inFlight    atomic.Int64
}

func (x *workers) now() time.Duration { return time.Since(x.start) }

// do carries one job out, which the caller has counted as in flight, and hands its record in.
func (x *workers) do(ctx context.Context, j job) {
	r := newRecord(j)
	err := x.targets[j.target].Exchange(ctx, j.Request, x.start, x.timeout, &r)
	x.handIn(r, err)
}

// handIn ends an exchange.
func (x *workers) handIn(r record.Record, err error) {
	x.inFlight.Add(-1)
	x.collector.add(outcome{r, err})
}

// newRecord is that of a request that was not sent.
func newRecord(j job) record.Record {
	return record.New(j.Sequence, j.round, j.target, j.due)
}
