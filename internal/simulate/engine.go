package simulate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/workload"
)

// platform is a kind of home as the engine sees it.
type platform interface {
	// arrive takes a request, refuses it or lets it wait.
	arrive(now int64, id int32)
	// handle takes an event that the home has put into its queue.
	handle(now int64, e event)
	// tick does what is due at the home's timer.
	tick(now int64)
	// abandoned takes away a request whose caller has left, where the platform stops the work for it.
	abandoned(now int64, id int32)
	// meter returns what has been metered up to a time, with all meters closed then.
	meter(until int64) home.Metered
	// view is what a router sees.
	view() route.View
}

// Hybrid is several homes behind one router. One home needs none.
type Hybrid struct {
	Homes []home.Home
	// Router picks the home of each request. It is used by one run only, as it may remember.
	Router route.Router
	// Base says that the others only take what the first home has no room for: that is then scaled on the requests inside all
	// of them, as a gateway in front counts them.
	Base bool
}

// Run replays a workload on one home until every request has left. It checks the
// conservation laws of the outcome before it returns it.
//
// Errors: an impossible home or option, a workload that cannot be read, a
// cancelled context, a broken law (a defect of this package).
func Run(ctx context.Context, h home.Home, w workload.Workload, opt Options) (Outcome, error) {
	return RunHybrid(ctx, Hybrid{Homes: []home.Home{h}}, w, opt)
}

// RunHybrid is Run for several homes.
func RunHybrid(ctx context.Context, h Hybrid, w workload.Workload, opt Options) (Outcome, error) {
	if err := check(h, opt); err != nil {
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
		return Outcome{}, fmt.Errorf("simulating %s: %w", e.name(), err)
	}
	o := e.outcome()
	return o, o.CheckLaws()
}

// batchSize is how many requests are read at a time: large enough to make the
// stream's call per batch cheap, small enough to stay in the first-level cache.
const batchSize = 512

// runningHome is a home in a run: what its kind does, and what homes of all kinds have.
type runningHome struct {
	platform platform
	*server
}

type engine struct {
	*callers
	homes    []runningHome
	dispatch *route.Dispatcher // nil for one home without a router
	timeline *timeline         // nil when nobody asked for it
	moment   int64             // when the timeline is due, or never
	span     int64
	now      int64
}

func newEngine(h Hybrid, info workload.Info, opt Options) *engine {
	span := int64(info.Span)
	batched := false
	for i := range h.Homes {
		batched = batched || h.Homes[i].Service.Batch != nil
	}
	e := &engine{
		callers:  newCallers(newRecorder(info, opt, batched), opt),
		dispatch: newDispatcher(h, opt), span: span, moment: never,
	}
	var shared level
	for i, spec := range h.Homes {
		s := newServer(spec, i, span, e.callers, opt.Seed)
		s.observe(h, i, &shared)
		if e.dispatch != nil {
			s.estimator = e.dispatch.Home(i)
		}
		if len(h.Homes) > 1 {
			s.tally.latency = stats.NewHistogram()
		}
		e.homes = append(e.homes, runningHome{newPlatform(s, spec), s})
		s.beginRun()
	}
	if opt.Timeline > 0 {
		e.timeline = newTimeline(span, opt.Timeline, e.homes)
		e.moment = e.timeline.step
	}
	return e
}

// observe sets up the levels that a home's requests move.
func (s *server) observe(h Hybrid, i int, shared *level) {
	base := h.Base && len(h.Homes) > 1
	if base && h.Homes[0].Scaled() {
		s.seen, s.levels = shared, append(s.levels, shared)
	}
	if h.Homes[i].Scaled() && !(base && i == 0) {
		s.seen = new(level)
		s.levels = append(s.levels, s.seen)
	}
}

func newPlatform(s *server, h home.Home) platform {
	switch {
	case h.Cluster != nil:
		return newCluster(s, *h.Cluster)
	case h.Function != nil:
		return newFunction(s, *h.Function)
	}
	return newContainer(s, *h.Container)
}

func (e *engine) run(ctx context.Context, stream workload.Stream) error {
	buf := make([]workload.Request, batchSize)
	for !e.hopeless {
		n, err := stream.Read(buf)
		for i := range buf[:n] {
			r := &buf[i]
			if len(e.homes) == 1 {
				e.untilOne(int64(r.At))
			} else {
				e.until(int64(r.At))
			}
			e.moveTo(int64(r.At))
			e.route(e.send(r))
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

// route lets a request arrive at the home that the router picks.
func (e *engine) route(id int32) {
	i := 0
	if e.dispatch != nil {
		for k := range e.homes {
			*e.dispatch.View(k) = e.homes[k].platform.view()
		}
		j := &e.slab[id]
		if i = e.dispatch.Send(time.Duration(e.now), route.Request{Input: int(j.input), Priority: j.priority}); i < 0 {
			e.refused(e.now, id)
			return
		}
	}
	e.attempts.join(id, e.now)
	p := &e.homes[i]
	p.accept(id, e.now)
	p.platform.arrive(e.now, id)
}

// until handles what is due up to and including a time, in order: at equal times
// the homes in the order of their list, each home's events before its timer, then the callers.
func (e *engine) until(limit int64) {
	for {
		i, at := e.next()
		if at > limit {
			return
		}
		e.step(i, at)
	}
}

// untilOne is until for a single home, which need not be compared with others, and for callers who mostly have no deadlines.
func (e *engine) untilOne(limit int64) {
	p := &e.homes[0]
	for {
		at, t := min(p.events.soonest, p.due), e.again.min()
		if e.impatient {
			t = e.callers.next()
		}
		if t < at {
			if t > limit {
				return
			}
			e.moveTo(t)
			e.act(t)
			continue
		}
		if at > limit {
			return
		}
		e.moveTo(at)
		if p.events.soonest == at {
			p.platform.handle(at, p.events.pop())
			continue
		}
		p.platform.tick(at)
	}
}

// outside marks the callers among the homes.
const outside = -1

// next returns where something is due first, and when.
func (e *engine) next() (index int, at int64) {
	at = e.homes[0].next()
	for i := 1; i < len(e.homes); i++ {
		if t := e.homes[i].next(); t < at {
			index, at = i, t
		}
	}
	if t := e.callers.next(); t < at {
		return outside, t
	}
	return index, at
}

// moveTo sets the clock, and first takes the moments of the timeline that are passed.
func (e *engine) moveTo(at int64) {
	if at >= e.moment {
		e.sample(at)
	}
	e.now = at
}

// step handles what is due at a home.
func (e *engine) step(i int, at int64) {
	e.moveTo(at)
	if i == outside {
		e.act(at)
		return
	}
	p := &e.homes[i]
	if p.events.min() == at {
		p.platform.handle(at, p.events.pop())
		return
	}
	p.platform.tick(at)
}

// drainCheck is how many steps of the drain pass between two looks at the context.
const drainCheck = 1 << 16

// patience is how long nothing may leave at the end until what waits is taken to wait for ever: longer than a
// schedule's week. An autoscaler may leave it without a replica, such as a KEDA below its activation.
const patience = int64(8 * 24 * time.Hour)

// drain lets the requests that are inside finish after the last arrival.
func (e *engine) drain(ctx context.Context) error {
	open, since := e.open, e.now
	for steps := 1; e.open > 0 && !e.hopeless; steps++ {
		i, at := e.next()
		if at == never || at-since > patience && e.idle() && !e.forsake() {
			return errors.New("requests are left inside that nothing will serve")
		}
		e.step(i, at)
		if e.open != open {
			open, since = e.open, e.now
		}
		if steps%drainCheck == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	e.settle()
	return nil
}

// idle reports whether nothing is being served.
func (e *engine) idle() bool {
	for i := range e.homes {
		if v := e.homes[i].platform.view(); v.InFlight > v.Waiting {
			return false
		}
	}
	return true
}

// forsake lets what waits go, if its callers have left by now, and reports whether there was any.
func (e *engine) forsake() bool {
	gone := false
	for i := range e.homes {
		s := e.homes[i].server
		for e.timeout > 0 && s.waiting.len() > 0 {
			s.expire(e.now, s.call())
			gone = true
		}
	}
	return gone
}

// settle lets idle capacity expire up to the end of the span, so that it is metered.
func (e *engine) settle() {
	if e.hopeless {
		return
	}
	end := e.now
	e.until(e.span)
	e.moveTo(e.span)
	e.now = end
}
