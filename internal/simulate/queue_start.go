package simulate

// join lets a request wait before the instances. One of them may be starting already.
func (s *server) join(id int32) {
	s.waiting.push(id)
	if s.starting > 0 {
		s.meetStart(&s.slab[id])
	}
}

// call takes the request whose turn it is out of the queue, which must not be empty.
func (s *server) call() int32 {
	id := s.waiting.first()
	s.quit(id)
	return id
}

// quit takes a request out of the queue.
func (s *server) quit(id int32) {
	s.endWait(&s.slab[id])
	s.waiting.remove(id)
}

// endWait is told of a request whose wait in the queue ends, before it ends. It has waited for a start if one was going on
// when it joined, which join has seen, or has begun since: nothing has to be kept for each start.
func (s *server) endWait(j *job) {
	if s.begunAt >= j.since {
		s.meetStart(j)
	}
}

// meetStart counts a request that waits for a start: once for its stay at the home, and once for all of its attempts. A
// caller who has left waits no longer.
func (s *server) meetStart(j *job) {
	if j.coldHere || j.gone {
		return
	}
	j.coldHere = true
	s.tally.coldStarts++
	if !j.cold {
		j.cold = true
		s.out.ColdStarts++
	}
}
