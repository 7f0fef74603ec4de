package simulate

// breakOff ends a batch whose instance goes away, and gives back what was counted in advance for tokens that are not run.
func (b *batch) breakOff(s *server, now int64) {
	done := int64(0) // iterations since the last change
	if b.size() > 0 {
		done = max(0, (now-b.at-b.extra)/b.iteration)
	}
	for k, q := range b.running.values {
		s.unused(&s.slab[q.id], 0, max(0, b.running.ranks[k].int64()-b.count-done))
	}
	if id := b.partial.id; id != none {
		s.unused(&s.slab[id], max(0, b.partial.left-done*b.partial.chunk), int64(s.slab[id].output))
	}
	for b.waiting.len() > 0 {
		j := &s.slab[b.waiting.pop()]
		s.unused(j, s.batch.Prompt(j.input), int64(j.output))
	}
	b.reset()
}
