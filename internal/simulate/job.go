package simulate

import "fulcrum.dev/fulcrum/internal/workload"

// job is a request inside the system, with what has become of it so far.
type job struct {
	arrived       int64 // ns, the first time
	work          int64 // ns, that the request brings along
	service       int64 // ns, for fixed service; decided by the home
	since         int64 // when the home, then an instance, took it
	input, output int32 // tokens, for batched service
	instance      int32 // that serves it, held, or none
	run           uint16
	attempt       uint8 // times it was sent again
	home          uint8
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
	id := int32(len(s.slab))
	if n := len(s.free); n > 0 {
		id = s.free[n-1]
		s.free = s.free[:n-1]
	} else {
		s.slab = append(s.slab, job{})
	}
	run := s.slab[id].run // goes on, so that events of the number's last holder stay stale
	s.slab[id] = job{arrived: int64(r.At), work: int64(r.Work), input: r.Input, output: r.Output, instance: none, run: run}
	return id
}

// forget takes back the number of a request that has left.
func (s *jobs) forget(id int32) {
	s.slab[id].run++
	s.free = append(s.free, id)
}
