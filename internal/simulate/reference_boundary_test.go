package simulate

import (
	"cmp"
	"math"
	"slices"
)

// boundary ends an iteration: what is done leaves, then comes what waits.
func (r *reference) boundary(p *referenceReplica) {
	stay := p.running[:0]
	for _, s := range p.running {
		s.prompt -= s.chunk
		if s.prompt == 0 {
			if s.firstToken == 0 {
				s.firstToken = r.now
			}
			s.left--
		}
		switch {
		case s.left > 0 && !(r.cancel && r.late(s.id)):
			stay = append(stay, s)
			continue
		case r.late(s.id):
			r.fates[s.id] = fate{result: timedOut, at: r.now}
		default:
			r.fates[s.id] = fate{result: answered, at: r.now, firstToken: s.firstToken}
		}
		r.touch(p)
	}
	p.running = stay
	r.proceed(p)
}

// proceed lets the home's queue fill the slots that are free, admits, and starts the next iteration.
func (r *reference) proceed(p *referenceReplica) {
	p.budget, p.prompts = math.MaxInt64, 0
	if r.spec.MaxTokens > 0 {
		p.budget = r.spec.MaxTokens
		for _, s := range p.running {
			if s.prompt == 0 {
				p.budget--
			}
		}
	}
	for _, s := range p.running {
		r.prefill(p, s)
	}
	for r.feed(p) || r.admit(p) {
	}
	p.end = r.now + r.spec.Iteration(len(p.running), p.prompts)
}

// prefill gives a sequence what the coming iteration has left for prompts.
func (r *reference) prefill(p *referenceReplica, s *referenceSequence) {
	s.chunk = min(s.prompt, p.budget-p.prompts)
	p.prompts += s.chunk
}

// feed moves requests from the home's queue into a replica, and reports whether there were any.
func (r *reference) feed(p *referenceReplica) bool {
	fed := false
	for len(r.waiting) > 0 && p.inside() < r.slots() && !r.full(p) {
		r.rank(r.waiting)
		r.enter(p, r.waiting[0])
		r.waiting = r.waiting[1:]
		fed = true
	}
	return fed
}

// admit moves requests of a replica into its batch, and reports whether there were any.
func (r *reference) admit(p *referenceReplica) bool {
	admitted := false
	r.rank(p.waiting)
	for len(p.waiting) > 0 && len(p.running) < r.spec.Max && p.prompts < p.budget && r.fits(p, p.waiting[0]) {
		request := r.requests[p.waiting[0]]
		s := &referenceSequence{id: p.waiting[0], prompt: int64(request.Input), left: max(1, int64(request.Output))}
		if r.spec.MaxTokens > 0 {
			s.prompt = max(1, s.prompt)
		}
		r.prefill(p, s)
		p.running, p.waiting = append(p.running, s), p.waiting[1:]
		admitted = true
	}
	return admitted
}

func (r *reference) rank(queue []int) {
	if r.byPriority {
		slices.SortStableFunc(queue, func(a, b int) int {
			return cmp.Compare(r.requests[b].Priority, r.requests[a].Priority)
		})
	}
}

func (r *reference) fits(p *referenceReplica, id int) bool {
	held := r.context(id)
	for _, s := range p.running {
		held += r.context(s.id)
	}
	return r.spec.KVTokens == 0 || len(p.running) == 0 || held <= r.spec.KVTokens
}

func (r *reference) context(id int) int64 {
	return int64(r.requests[id].Input) + int64(r.requests[id].Output)
}
