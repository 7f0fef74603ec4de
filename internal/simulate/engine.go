package simulate

import (
	"context"
	"errors"
	"fmt"
	"io"

	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/workload"
)

// home is a kind of home as the engine sees it.
type home interface {
	// arrive takes a request at its time of arrival.
	arrive(now int64, r *workload.Request)
	// handle takes an event that the home has put into the queue.
	handle(now int64, e event)
	// timer returns when tick is due next, or never.
	timer() int64
	// tick does what is due at that time.
	tick(now int64)
	// meter closes the meters at the end of the span.
	meter(span int64) platform.Metered
}

// Run replays a workload on a home until every request has left. It checks the
// conservation laws of the outcome before it returns it.
//
// Errors: an impossible home, a workload that cannot be read, a cancelled
// context, a broken law (a defect of this package).
func Run(ctx context.Context, h platform.Home, w workload.Workload, opt Options) (Outcome, error) {
	if err := check(h); err != nil {
		return Outcome{}, err
	}
	stream, err := w.Open()
	if err != nil {
		return Outcome{}, err
	}
	if c, ok := stream.(io.Closer); ok {
		defer c.Close()
	}
	e := newEngine(h, w.Info(), opt)
	if err := e.run(ctx, stream); err != nil {
		return Outcome{}, fmt.Errorf("simulating %s: %w", h.Name, err)
	}
	o := e.outcome()
	return o, o.CheckLaws()
}

// batchSize is how many requests are read at a time: large enough to make the
// stream's call per batch cheap, small enough to stay in the first-level cache.
const batchSize = 512

type engine struct {
	server *server
	home   home
	span   int64
	now    int64
	opt    Options
}

func newEngine(h platform.Home, info workload.Info, opt Options) *engine {
	span := int64(info.Span)
	s := newServer(h, span, newRecorder(h.Name, info.Span, opt, h.Service.Batch != nil), opt.Seed)
	e := &engine{server: s, span: span, opt: opt}
	switch {
	case h.Cluster != nil:
		e.home = newCluster(s, *h.Cluster)
	case h.Function != nil:
		e.home = newFunction(s, *h.Function)
	default:
		e.home = newContainer(s, *h.Container)
	}
	return e
}

func (e *engine) run(ctx context.Context, stream workload.Stream) error {
	buf := make([]workload.Request, batchSize)
	for !e.server.hopeless {
		n, err := stream.Read(buf)
		for i := range buf[:n] {
			e.arrive(&buf[i])
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return e.drain(ctx)
}

// arrive lets everything happen that is due up to the arrival, then the arrival.
func (e *engine) arrive(r *workload.Request) {
	at := int64(r.At)
	e.until(at)
	e.now = at
	e.server.enter(at)
	e.home.arrive(at, r)
}

// until handles what is due up to and including a time.
func (e *engine) until(limit int64) {
	for {
		event, timer := e.server.events.min(), e.home.timer()
		if min(event, timer) > limit {
			return
		}
		e.step(event, timer)
	}
}

// step handles the next thing that is due.
func (e *engine) step(event, timer int64) {
	if event <= timer {
		e.now = event
		e.home.handle(event, e.server.events.pop())
		return
	}
	e.now = timer
	e.home.tick(timer)
}

// drainCheck is how many steps of the drain pass between two looks at the context.
const drainCheck = 1 << 16

// drain lets the requests that are inside finish after the last arrival.
func (e *engine) drain(ctx context.Context) error {
	for steps := 1; e.server.open > 0 && !e.server.hopeless; steps++ {
		event, timer := e.server.events.min(), e.home.timer()
		if min(event, timer) == never {
			return errors.New("requests are left inside that nothing will serve")
		}
		e.step(event, timer)
		if steps%drainCheck == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	e.settle()
	return nil
}

// settle lets idle capacity expire up to the end of the span, so that it is metered.
func (e *engine) settle() {
	if e.server.hopeless {
		return
	}
	end := e.now
	e.until(e.span)
	e.now = end
}

func (e *engine) outcome() Outcome {
	s := e.server
	s.advance(max(e.span, s.lastChange))
	metered := e.home.meter(e.span)
	o := s.outcome(e.now)
	o.Metered = metered
	o.Metered.Requests = o.Arrivals - o.Rejected
	o.Stopped = s.hopeless
	o.PeakLive = s.peakLive + s.apart
	if e.span > 0 {
		o.MeanLive = float64(s.liveArea)/float64(e.span) + float64(s.apart)
	}
	o.Utilisation = s.utilisation()
	return o
}

// utilisation is the share of the ready capacity that the requests took: of
// slots for fixed service, of saturated throughput for batched service.
func (s *server) utilisation() float64 {
	switch {
	case s.readyArea == 0:
		return 0
	case s.batch != nil:
		return float64(s.workArea) / float64(s.readyArea)
	}
	return float64(s.busyArea) / (float64(s.readyArea) * float64(s.slots))
}
