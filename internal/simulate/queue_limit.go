package simulate

// enqueue lets a request wait before the instances, or refuses it where the queue is full. Instances that have a
// queue of their own are sent what arrives, and refuse it: only before the first one serves is there anything to wait for
// here, until there is room in an instance.
func (s *server) enqueue(id int32, now int64) {
	sent := s.batch != nil && s.batch.MaxWaiting > 0 && s.serving > 0
	if sent || s.limit.Bounded && s.waiting.len() >= s.limit.Length {
		s.refuse(now, id)
		return
	}
	s.join(id)
	if s.limit.Timeout > 0 && !s.watched {
		s.watch()
	}
}

// watch sets the event at which the request that has waited longest is overdue. One event stands for the
// whole queue: it comes too early when that request has left by then, and is set again.
func (s *server) watch() {
	since := int64(never)
	for _, l := range s.waiting.lanes {
		if l.head != none {
			since = min(since, s.slab[l.head].since)
		}
	}
	if s.watched = since != never; s.watched {
		s.events.push(since+int64(s.limit.Timeout)+1, event{kind: overdue})
	}
}

// dropOverdue lets those go that have waited longer than the queue allows.
func (s *server) dropOverdue(now int64) {
	s.dropLate(int64(s.limit.Timeout), now)
	s.watch()
}

// dropLate lets those go that have waited longer than a time, which is the same for all.
func (s *server) dropLate(timeout, now int64) {
	for r := range s.waiting.lanes {
		for id := s.waiting.lanes[r].head; id != none && now-s.slab[id].since > timeout; id = s.waiting.lanes[r].head {
			s.quit(id)
			s.expire(now, id)
		}
	}
}
