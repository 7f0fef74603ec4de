package simulate

import (
	"math/rand/v2"

	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// server is what every kind of home has: instances that serve requests, the
// event queue, and the record of what happened.
type server struct {
	*pool
	*recorder
	events   heap[event]
	waiting  queue // no instance has a free slot
	batch    *platform.Batch
	service  sampler
	startUps *rand.Rand
	done     []sequence // scratch
	workArea area       // for batched service: what the requests would take of saturated instances, in ns
}

// sampler draws service times. It draws one for each arrival, in order of
// arrival, so that two homes under one seed serve the same requests.
type sampler struct {
	dist  random.Dist // nil takes the request's own work
	scale float64     // ns per second of the distribution, hardware included
	rng   *rand.Rand
}

func newServer(h platform.Home, span int64, rec *recorder, seed uint64) *server {
	scale := h.Service.Scale
	if scale == 0 {
		scale = 1
	}
	return &server{
		pool:     newPool(h.Service.Concurrency, span),
		recorder: rec,
		batch:    h.Service.Batch,
		service:  sampler{dist: h.Service.Duration, scale: scale * 1e9, rng: random.New(seed, random.ServiceTimes, 0)},
		startUps: random.New(seed, random.StartUp, 0),
	}
}

// job makes a request one of the home's own.
func (s *server) job(r *workload.Request) job {
	j := job{arrived: int64(r.At), input: r.Input, output: r.Output}
	switch {
	case s.batch != nil:
	case s.service.dist != nil:
		j.service = int64(s.service.dist.Sample(s.service.rng) * s.service.scale)
	default:
		j.service = int64(float64(r.Work) * (s.service.scale / 1e9))
	}
	return j
}

// start puts a job into a serving instance with a free slot.
func (s *server) start(i int32, j job, now int64) {
	s.take(i, now)
	if s.batch == nil {
		s.started(j.arrived, now)
		s.events.push(now+j.service, event{arrived: j.arrived, instance: i, kind: completed})
		return
	}
	if now < s.horizon {
		s.workArea += area(s.batch.Saturated(int(s.slots), j.input, j.output))
	}
	in := &s.instances[i]
	if in.batch == nil {
		in.batch = new(batch)
	}
	if in.busy == 1 {
		in.batch.reset()
	}
	if at := in.batch.offer(s.batch, j, now); at != never {
		s.events.push(at, event{instance: i, kind: boundary})
	}
}

// complete takes a request that is done out of its instance.
func (s *server) complete(e event, now int64) {
	s.release(e.instance, now)
	s.served(e.arrived, now)
}

// iterate handles a boundary of a batch and returns how many requests it finished.
func (s *server) iterate(i int32, now int64) int {
	b := s.instances[i].batch
	if b == nil || b.next != now {
		return 0 // an earlier admission has moved the boundary
	}
	s.done = b.step(s.batch, now, s.done[:0], s.recorder)
	for _, q := range s.done {
		s.release(i, now)
		if s.served(q.arrived, now) {
			s.tokens(q.arrived, q.firstToken, now, q.output)
		}
	}
	if b.next != never {
		s.events.push(b.next, event{instance: i, kind: boundary})
	}
	return len(s.done)
}
