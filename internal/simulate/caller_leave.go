package simulate

// act does what is due with the callers at a time: first requests are sent again, then attempts are given
// up, then callers leave. So nobody whose time is up is still between two attempts.
func (e *engine) act(now int64) {
	switch now {
	case e.again.min():
		e.route(e.again.pop())
	case e.attempts.min():
		e.giveUp(e.attempts.head, now)
	default:
		e.depart(e.deadlines.head, now)
	}
}

// giveUp ends an attempt that has had no answer in time: the caller sends the request again, as a job of its
// own because the old one may go on, or leaves.
func (e *engine) giveUp(id int32, now int64) {
	at, ok := e.retryAt(now, &e.slab[id])
	if !ok {
		e.depart(id, now)
		return
	}
	e.endWait(id)
	again := e.jobs.copy(id)
	e.deadlines.replace(id, again)
	e.abandon(id, now)
	e.out.Retries++
	e.again.push(at, again)
}

// depart lets a caller leave without an answer.
func (e *engine) depart(id int32, now int64) {
	e.endWait(id)
	e.timeOut(&e.slab[id], now)
	e.abandon(id, now)
}

// endWait ends the wait of a request that is in a home's queue, as its caller sees it.
func (e *engine) endWait(id int32) {
	if j := &e.slab[id]; j.queued && j.instance == none {
		e.homes[j.home].server.endWait(j)
	}
}

// abandon leaves a job without a caller: nobody counts it any more. Its home takes it away if callers cancel
// and the platform stops what is cancelled; else it is done, and paid for, all the same.
func (e *engine) abandon(id int32, now int64) {
	e.forgetDeadlines(id)
	j := &e.slab[id]
	j.gone = true
	p := &e.homes[j.home]
	p.lose(j)
	p.tally.timedOut++
	if e.cancel {
		p.platform.abandoned(now, id)
	}
}

// lose tells the router that a caller has left: a request that waited costs nothing if it is cancelled, any other
// may go on.
func (s *server) lose(j *job) {
	switch {
	case s.estimator == nil:
	case s.cancel && j.queued && j.instance == none:
		s.estimator.Dropped()
	default:
		s.estimator.Lost()
	}
}

// withdraw takes a job whose caller has left out of the queue or out of its instance. It returns the
// instance that has a slot free now, or none: a sequence that runs in a batch leaves at the next boundary.
func (s *server) withdraw(id int32, now int64) int32 {
	j := &s.slab[id]
	i := j.instance
	switch {
	case i == none:
		s.quit(id)
	case s.batch == nil:
		s.release(i, now)
	default:
		out, at := s.instances[i].batch.leave(s, id, now)
		if at != never {
			s.events.push(at, event{subject: i, kind: boundary})
		}
		if !out {
			return none
		}
		s.release(i, now)
	}
	s.leaveLevels(now)
	s.forget(id)
	return i
}
