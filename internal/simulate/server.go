package simulate

import (
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
	"fulcrum.dev/fulcrum/internal/random"
)

// server is what every kind of home has: instances that serve requests, its
// event queue, a timer, and its counts. The callers are shared by all homes of a run.
type server struct {
	*pool
	*callers
	tally
	name     string
	index    uint8
	events   agenda
	due      int64 // the home's timer, or never
	waiting  queue // no instance has a free slot
	batch    *home.Batch
	service  sampler
	perInput float64 // what each input token adds to a drawn service time, in ns
	startUps *rand.Rand
	seed     uint64     // of the run
	done     []sequence // scratch
	tied     []event    // scratch
	limit    home.Queue
	watched  bool // an overdue event is on its way
	width    int  // requests that an instance serves at once; the other slots are for those that wait in it
	workArea area // for batched service: what the requests would take of saturated instances, in ns
	// levels are moved by every request that comes or leaves; seen is the one that a scaler looks at.
	levels []*level
	seen   *level
	// estimator is told how the requests sent here end; nil without a router. That they are sent it knows.
	estimator *route.Estimator
	coming    iteration
	arranged  int64 // the last instant whose boundaries were put in order
}

// sampler draws service times. It draws one for each arrival, in order of
// arrival, so that two homes under one seed serve the same requests. It draws some ahead: a loop that does
// nothing else keeps the generator's chain of multiplications off the path of an event.
type sampler struct {
	dist  random.Dist // nil takes the request's own work
	scale float64     // ns per second of the distribution, hardware included
	rng   *rand.Rand
	ahead [128]int64 // ns
	used  int        // of those
}

func newSampler(d random.Dist, scale float64, rng *rand.Rand) sampler {
	s := sampler{dist: d, scale: scale, rng: rng}
	s.used = len(s.ahead)
	return s
}

// next returns the service time of the next arrival, in ns.
func (s *sampler) next() int64 {
	if s.used == len(s.ahead) {
		s.refill()
	}
	x := s.ahead[s.used]
	s.used++
	return x
}

func (s *sampler) refill() {
	for i := range s.ahead {
		s.ahead[i] = int64(s.dist.Sample(s.rng) * s.scale)
	}
	s.used = 0
}

func newServer(h home.Home, index int, span int64, c *callers, seed uint64) *server {
	scale := h.Service.Scale
	if scale == 0 {
		scale = 1
	}
	s := &server{
		pool:     newPool(h.Service.Slots(), span),
		width:    h.Service.Concurrency,
		waiting:  newQueue(&c.jobs, h.Service.ByPriority),
		callers:  c,
		name:     h.Name,
		index:    uint8(index),
		due:      never,
		arranged: never,
		events:   newAgenda(),
		batch:    h.Service.Batch,
		perInput: float64(h.Service.PerInput) * scale,
		service:  newSampler(h.Service.Duration, scale*1e9, random.New(seed, random.ServiceTimes, uint64(index))),
		startUps: random.New(seed, random.StartUp, uint64(index)),
		seed:     seed,
	}
	return s
}

// next returns when something next happens in the home, or never.
func (s *server) next() int64 { return min(s.events.min(), s.due) }

// accept makes a request one of this home's and draws its service time. Requests
// bring their own work where the home has no distribution.
func (s *server) accept(id int32, now int64) {
	s.tally.arrivals++
	for _, l := range s.levels {
		l.arrivals++
		l.move(now, 1)
	}
	j := &s.slab[id]
	j.home, j.since, j.coldHere = s.index, now, false
	switch {
	case s.batch != nil:
	case s.service.dist != nil:
		j.service = s.service.next() + int64(float64(j.input)*s.perInput)
	default:
		j.service = int64(float64(j.work) * (s.service.scale / 1e9))
	}
}

// start puts a job into a serving instance with a free slot.
func (s *server) start(i, id int32, now int64) {
	if s.batch != nil {
		s.startBatched(i, id, now)
		return
	}
	s.take(i, now)
	j := &s.slab[id]
	j.instance, j.since = i, now
	s.started(j.arrived, now)
	s.events.push(now+j.service, event{subject: id, run: j.run, kind: completed})
}

// complete takes a request that is done out of its instance, and returns the
// instance, or none when the request's run had been broken off before.
func (s *server) complete(e event, now int64) int32 {
	j := &s.slab[e.subject]
	if j.run != e.run || j.since+j.service != now { // 16 bits of run may come round again
		return none
	}
	i := j.instance
	s.release(i, now)
	s.finish(e.subject, now)
	return i
}

// finish counts a request that is done and reports whether its caller was still there.
func (s *server) finish(id int32, now int64) bool {
	s.leaveLevels(now)
	j := &s.slab[id]
	if j.gone {
		s.forget(id)
		return false
	}
	if s.estimator != nil {
		s.estimator.Served(time.Duration(now - j.since))
	}
	ok, arrived := s.callers.served(j, now), j.arrived
	s.forget(id)
	if !ok {
		s.tally.timedOut++
		return false
	}
	s.tally.served++
	if s.tally.latency != nil {
		s.tally.latency.Record(time.Duration(now - arrived))
	}
	return true
}

// refuse turns a request away.
func (s *server) refuse(now int64, id int32) {
	s.leaveLevels(now)
	if !s.slab[id].gone {
		s.drop()
		s.tally.rejected++
	}
	s.refused(now, id)
}

// expire lets a request go without an answer.
func (s *server) expire(now int64, id int32) {
	s.leaveLevels(now)
	if !s.slab[id].gone {
		s.drop()
		s.tally.timedOut++
	}
	s.expired(now, id)
}

// drop tells the router that a request was not served.
func (s *server) drop() {
	if s.estimator != nil {
		s.estimator.Dropped()
	}
}

// leaveLevels counts a request that is no longer in the home.
func (s *server) leaveLevels(now int64) {
	for _, l := range s.levels {
		l.move(now, -1)
	}
}

// view is what a router sees of the home, but for what its estimator says.
func (s *server) view() route.View {
	return route.View{
		InFlight: s.inside + s.waiting.len(),
		Waiting:  s.waiting.len(),
		Slots:    s.serving * s.width,
		Starting: s.starting * s.width,
	}
}
