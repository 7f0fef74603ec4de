package simulate

import "fulcrum.dev/fulcrum/internal/workload"

// job is a request inside the system, with what has become of it so far. It fills one cache line.
type job struct {
	arrived       int64 // ns, the first time
	work          int64 // ns, that the request brings along
	service       int64 // ns, for fixed service; decided by the home
	since         int64 // when the home, then an instance, took it
	input, output int32 // tokens, for batched service
	next, prev    int32 // neighbours in the queue that it waits in
	instance      int32 // that serves it, held, or none
	run           uint16
	attempt       uint8 // times it was sent again
	home          uint8
	priority      uint8
	queued        bool // waits in a queue
	gone          bool // its caller has left; it is counted already
	leaving       bool // runs in a batch, until the next boundary
	cold          bool // has waited for a start, here or in an earlier attempt
	coldHere      bool // has waited for a start since the home took it
}

// tokens is the context that a job holds at its end.
func (j *job) tokens() int64 { return int64(j.input) + int64(j.output) }

// jobs holds the requests inside the system by number. Numbers are reused, so
// that the memory is that of the most requests at once.
type jobs struct {
	slab []job
	free []int32
}

// admit gives a request a number.
func (s *jobs) admit(r *workload.Request) int32 {
	id := s.number()
	j := &s.slab[id] // field by field, which is faster than a copy of the whole
	j.arrived, j.work = int64(r.At), int64(r.Work)
	j.input, j.output = r.Input, r.Output
	j.attempt, j.priority = 0, min(r.Priority, workload.Priorities-1)
	j.fresh()
	return id
}

// copy gives a further attempt at a request a number of its own.
func (s *jobs) copy(old int32) int32 {
	id := s.number()
	j, o := &s.slab[id], &s.slab[old]
	j.arrived, j.work = o.arrived, o.work
	j.input, j.output = o.input, o.output
	j.attempt, j.priority = o.attempt+1, o.priority
	j.fresh()
	j.cold = o.cold
	return id
}

// fresh clears what the last holder of a job's number has left; run goes on, so that that one's events stay stale. The home
// and the queues set the rest when they take the job.
func (j *job) fresh() {
	j.instance = none
	j.queued, j.gone, j.leaving, j.cold = false, false, false, false
}

// number returns a number that is free.
func (s *jobs) number() int32 {
	if n := len(s.free); n > 0 {
		id := s.free[n-1]
		s.free = s.free[:n-1]
		return id
	}
	s.slab = append(s.slab, job{})
	return int32(len(s.slab) - 1)
}

// forget takes back the number of a request that has left.
func (s *jobs) forget(id int32) {
	s.slab[id].run++
	s.free = append(s.free, id)
}
