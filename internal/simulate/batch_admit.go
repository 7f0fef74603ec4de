package simulate

// admit takes jobs that wait into the coming iteration while they fit, reserves their KV tokens, and lists in s.joined
// those whose prompts are done within it. It reports whether there were any.
func (b *batch) admit(s *server) bool {
	admitted := false
	for id := b.waiting.first(); id != none && b.partial.id == none && b.prompts < b.budget; id = b.waiting.first() {
		j := &s.slab[id]
		if !b.fits(s, len(s.joined), j) {
			break
		}
		admitted = true
		b.waiting.remove(id)
		b.held += j.tokens()
		s.started(j.arrived, b.at)
		b.prompts += s.batch.Prompt(j.input)
		if left := b.prompts - b.budget; left > 0 {
			b.partial, b.prompts = partial{id: id, left: left}, b.budget
			break
		}
		s.joined = append(s.joined, id)
	}
	return admitted
}
