package trace

import "time"

// calendar is a heap of the next arrival of every source; equal times come in
// order of the sources.
type calendar []entry

type entry struct {
	at     time.Duration
	source int32
}

func (e entry) before(f entry) bool { return e.at < f.at || e.at == f.at && e.source < f.source }

func (c *calendar) push(e entry) {
	*c = append(*c, e)
	h := *c
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if !h[i].before(h[parent]) {
			return
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
}

// reschedule moves the first entry to a later time.
func (c calendar) reschedule(at time.Duration) {
	c[0].at = at
	c.sift()
}

// drop removes the first entry.
func (c *calendar) drop() {
	h := *c
	last := len(h) - 1
	h[0] = h[last]
	*c = h[:last]
	c.sift()
}

func (c calendar) sift() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(c) {
			return
		}
		if right := child + 1; right < len(c) && c[right].before(c[child]) {
			child = right
		}
		if !c[child].before(c[i]) {
			return
		}
		c[i], c[child] = c[child], c[i]
		i = child
	}
}
