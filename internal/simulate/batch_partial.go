package simulate

// partial is the sequence whose prompt is spread over iterations because it is longer than what an iteration
// has left for prompts. There is one at the most: nothing is admitted behind it before its prompt is done.
type partial struct {
	id    int32 // or none
	left  int64 // prompt tokens that are still to be run
	chunk int64 // of them in each iteration from the last change on; 0 while the first is in the extra time
}

// admitWithin is admit where an iteration has a budget of prompt tokens.
func (b *batch) admitWithin(s *server, budget int64) int64 {
	if b.partial.left > budget {
		b.partial.chunk = budget
		b.iteration = int64(s.batch.Iteration(b.size(), budget))
		return (b.partial.left - 1) / budget // up to the iteration that finishes the prompt, when others may join it
	}
	prompts := b.gather(s, budget)
	b.extra = prompts * int64(s.batch.Gamma)
	b.iteration = int64(s.batch.Iteration(b.size()+len(s.joined), 0))
	firstToken := b.at + b.extra + b.iteration
	for _, id := range s.joined {
		b.running.push(b.count+max(1, int64(s.slab[id].output)), sequence{id: id, firstToken: firstToken})
	}
	if prompts == budget && budget > 0 && (b.waiting.len() > 0 || b.partial.id != none) {
		return 1 // the next iteration has room for more prompt tokens
	}
	return noLook
}

// gather lists in s.joined the jobs whose prompts are done within the budget of the coming iteration, and returns
// the prompt tokens that it runs. What it admits has its KV tokens reserved.
func (b *batch) gather(s *server, budget int64) (prompts int64) {
	s.joined = s.joined[:0]
	if b.partial.id != none {
		prompts = b.partial.left
		s.joined = append(s.joined, b.partial.id)
		b.partial = partial{id: none}
	}
	for b.waiting.len() > 0 && prompts < budget {
		id := b.waiting.first()
		j := &s.slab[id]
		if !b.fits(s, len(s.joined), j) {
			break
		}
		b.waiting.pop()
		b.held += j.tokens()
		s.started(j.arrived, b.at)
		prompts += s.batch.Prompt(j.input)
		if left := prompts - budget; left > 0 {
			b.partial = partial{id: id, left: left}
			return budget
		}
		s.joined = append(s.joined, id)
	}
	return prompts
}
