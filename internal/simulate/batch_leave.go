package simulate

// leave takes away a job whose caller has left. It reports whether the job is out at once; a sequence that
// runs is out at the next boundary. At is the boundary at which something now changes earlier than before, or never.
func (b *batch) leave(s *server, id int32, now int64) (out bool, at int64) {
	j := &s.slab[id]
	if j.queued {
		b.waiting.remove(id)
		s.unused(j, s.batch.Prompt(j.input), int64(j.output))
		return true, b.call(s, now) // the one behind it may fit
	}
	j.leaving = true
	b.leaving++
	return false, b.due(b.boundaryAfter(now))
}

// dismiss takes the sequences that are leaving out of the batch, and appends them to done.
func (b *batch) dismiss(s *server, done []sequence) []sequence {
	b.leaving = 0
	if id := b.partial.id; id != none && s.slab[id].leaving {
		j := &s.slab[id]
		b.held -= j.tokens()
		s.unused(j, b.partial.left, int64(j.output))
		b.partial = partial{id: none}
		done = append(done, sequence{id: id})
	}
	ranks, running := b.running.ranks, b.running.values
	b.running.clear()
	for i, q := range running { // what stays is pushed into places that have been read
		j := &s.slab[q.id]
		if !j.leaving {
			b.running.push(ranks[i].int64(), q)
			continue
		}
		b.held -= j.tokens()
		s.unused(j, 0, ranks[i].int64()-b.count)
		done = append(done, q)
	}
	return done
}

// unused gives back what was counted in advance of a job's work, for the tokens that are not run.
func (s *server) unused(j *job, prompt, output int64) {
	if j.since < s.horizon {
		s.workArea -= area(s.batch.Saturated(s.width, int32(prompt), int32(output)))
	}
}
