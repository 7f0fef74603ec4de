package simulate

import (
	"cmp"
	"slices"
)

// startBatched gives a job to the batch of an instance, which refuses it if its own queue is full.
func (s *server) startBatched(i, id int32, now int64) {
	if s.batch.MaxWaiting > 0 && s.isFull(i) {
		s.refuse(now, id)
		return
	}
	s.take(i, now)
	j := &s.slab[id]
	j.instance, j.since = i, now
	if now < s.horizon {
		s.workArea += area(s.batch.Saturated(s.width, j.input, j.output))
	}
	in := &s.instances[i]
	if in.batch == nil {
		in.batch = newBatch(s)
	}
	if in.busy == 1 && !in.batch.open {
		in.batch.reset()
	}
	if at := in.batch.offer(s, id, now); at != never {
		s.events.push(at, event{subject: i, kind: boundary})
	}
}

// hasRoom reports whether an instance takes one more request.
func (s *server) hasRoom(i int32) bool { return s.instances[i].busy < s.slots && !s.isFull(i) }

// isFull reports whether an instance has a queue of its own with as many waiting as it may have.
func (s *server) isFull(i int32) bool {
	if s.batch == nil || s.batch.MaxWaiting == 0 {
		return false
	}
	in := &s.instances[i]
	return in.busy > 0 && in.batch.waiting.len() >= s.batch.MaxWaiting
}

// feeder is a home with a queue.
type feeder interface {
	// feed fills the free slots of an instance from the queue.
	feed(i int32, now int64)
}

// iterate handles a boundary of a batch and returns how many requests it finished. These make room for those that wait
// at the home before the batch goes on, so that they join the next iteration.
func (s *server) iterate(h feeder, i int32, now int64) int {
	b := s.instances[i].batch
	if b == nil || b.next != now {
		return 0 // an earlier admission has moved the boundary
	}
	if s.events.min() == now && s.arranged != now {
		s.arrange(i, now)
		return 0
	}
	s.done = b.finish(s, now, s.done[:0])
	for _, q := range s.done {
		s.release(i, now)
		arrived, output := s.slab[q.id].arrived, s.slab[q.id].output
		if s.finish(q.id, now) {
			s.tokens(arrived, q.firstToken, now, output)
		}
	}
	if len(s.done) > 0 {
		h.feed(i, now)
	}
	for s.batch.MaxWaiting > 0 && b.admit(s) { // the batch makes room in the instance's own queue
		h.feed(i, now)
	}
	if b.proceed(s); b.next != never {
		s.events.push(b.next, event{subject: i, kind: boundary})
	}
	return len(s.done)
}

// arrange puts what is due now into an order that does not depend on which boundaries batches had in view before:
// what is no boundary in the order in which it was set, then the boundaries by instance, i among them.
func (s *server) arrange(i int32, now int64) {
	s.arranged = now
	s.tied = append(s.tied[:0], event{subject: i, kind: boundary})
	for s.events.min() == now {
		s.tied = append(s.tied, s.events.pop())
	}
	place := func(e event) int32 {
		if e.kind != boundary {
			return none
		}
		return e.subject
	}
	slices.SortStableFunc(s.tied, func(a, b event) int { return cmp.Compare(place(a), place(b)) })
	for _, e := range s.tied {
		s.events.push(now, e)
	}
}
