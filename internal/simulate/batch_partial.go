package simulate

// partial is the sequence whose prompt is spread over iterations because it is longer than what an iteration
// has left for prompts. There is one at the most: nothing is admitted behind it before its prompt is done.
type partial struct {
	id    int32 // or none
	left  int64 // prompt tokens that are still to be run
	chunk int64 // of them in each iteration from the last change on; 0 while the first is in the extra time
}

// limit bounds what the coming iteration has for prompts, and gives it first to the one that is spread over iterations.
func (b *batch) limit(s *server) {
	c := &s.coming
	c.budget = s.batch.MaxTokens - int64(b.running.len()) // each that runs takes one token
	b.partial.chunk = 0
	switch {
	case b.partial.id == none:
	case b.partial.left > c.budget:
		b.partial.chunk = c.budget
	default:
		c.prompts = b.partial.left
		c.joined = append(c.joined, b.partial.id)
		b.partial = partial{id: none}
	}
}

// chunk runs parts of a prompt up to the iteration that finishes it, when others may join it, or up to where a sequence is done.
func (b *batch) chunk(s *server) {
	b.iteration = int64(s.batch.Iteration(b.size(), b.partial.chunk))
	b.ahead = min((b.partial.left-1)/b.partial.chunk, b.running.min()-b.count)
	b.next = b.at + b.ahead*b.iteration
}
