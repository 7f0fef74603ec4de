package simulate

// iteration is the one that a batch begins at the boundary that is being handled.
type iteration struct {
	joined  []int32 // jobs whose prompts it finishes
	budget  int64   // prompt tokens that it may run
	prompts int64   // prompt tokens that it runs
}

// admit takes jobs that wait into the coming iteration while they fit, reserves their KV tokens, and lists those whose
// prompts are done within it. It reports whether there were any.
func (b *batch) admit(s *server) bool {
	c, admitted := &s.coming, false
	for b.waiting.len() > 0 && b.partial.id == none && c.prompts < c.budget {
		id := b.waiting.first()
		j := &s.slab[id]
		if !b.fits(s, len(c.joined), j) {
			break
		}
		admitted = true
		b.waiting.remove(id)
		b.held += j.tokens()
		s.started(j.arrived, b.at)
		c.prompts += s.batch.Prompt(j.input)
		if left := c.prompts - c.budget; left > 0 {
			b.partial, c.prompts = partial{id: id, left: left}, c.budget
			break
		}
		c.joined = append(c.joined, id)
	}
	return admitted
}
