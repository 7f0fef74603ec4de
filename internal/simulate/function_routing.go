package simulate

import "fulcrum.dev/fulcrum/internal/home"

// pick returns the idle environment that the next request takes, or none.
func (f *function) pick() int32 {
	switch f.Routing {
	case home.NewestCreated:
		return f.idle.newest(f.pool)
	case home.LongestIdle:
		return f.longestIdle()
	}
	return f.leastBusy()
}

// idleByCreation finds the idle environment that was created last. An entry is
// pushed when an environment becomes idle and popped when it is taken; those that have
// expired since are dropped when they are met, or all together when they are the most.
type idleByCreation struct {
	entries heap[int32] // environments by the negative of their number
	numbers []int64     // of each environment, by index: the count of creations
	last    int64
}

// created numbers a new environment.
func (b *idleByCreation) created(i int32) {
	for int(i) >= len(b.numbers) {
		b.numbers = append(b.numbers, 0)
	}
	b.last++
	b.numbers[i] = b.last
}

// rested adds an environment that has become idle.
func (b *idleByCreation) rested(i int32, p *pool) {
	b.entries.push(-b.numbers[i], i)
	if idle := p.serving - p.inside; b.entries.len() > 2*idle+64 {
		b.compact(p)
	}
}

// newest takes out the idle environment that was created last, or returns none.
func (b *idleByCreation) newest(p *pool) int32 {
	for b.entries.len() > 0 {
		number := -b.entries.min()
		if i := b.entries.pop(); b.isIdle(i, number, p) {
			return i
		}
	}
	return none
}

// isIdle reports whether an entry still stands for an idle environment: its index may have been given to another.
func (b *idleByCreation) isIdle(i int32, number int64, p *pool) bool {
	in := &p.instances[i]
	return in.state == serving && in.busy == 0 && b.numbers[i] == number
}

// compact drops the entries of environments that have expired. It costs the time of as many pushes as were made since the last time.
func (b *idleByCreation) compact(p *pool) {
	old := b.entries
	ranks, values := old.ranks, old.values
	b.entries.clear()
	for k, i := range values { // a push writes no further than what has been read
		if number := -ranks[k].int64(); b.isIdle(i, number, p) {
			b.entries.push(-number, i)
		}
	}
}
