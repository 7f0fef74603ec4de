package simulate

// deadlines is the jobs whose time runs out, in the order in which it does: everybody waits equally long, so
// that it is the order of joining and no heap is needed. The links lie beside the slab, and are there only when in use.
type deadlines struct {
	after      int64 // ns from joining to the deadline; 0 watches nobody
	head, tail int32
	links      []deadline // by job
}

// deadline is a job's place among the others. One that is in no list has no time.
type deadline struct {
	at         int64
	next, prev int32
}

func newDeadlines(after int64) deadlines { return deadlines{after: after, head: none, tail: none} }

// min returns the first deadline, or never.
func (d *deadlines) min() int64 {
	if d.head == none {
		return never
	}
	return d.links[d.head].at
}

// join watches a job from now on, if anybody is watched.
func (d *deadlines) join(id int32, now int64) {
	if d.after > 0 {
		d.push(id, now)
	}
}

func (d *deadlines) push(id int32, now int64) {
	for int(id) >= len(d.links) {
		d.links = append(d.links, deadline{})
	}
	d.links[id] = deadline{at: now + d.after, next: none, prev: d.tail}
	if d.tail != none {
		d.links[d.tail].next = id
	} else {
		d.head = id
	}
	d.tail = id
}

// leave watches a job no longer.
func (d *deadlines) leave(id int32) {
	if int(id) >= len(d.links) || d.links[id].at == 0 {
		return
	}
	l := d.links[id]
	d.links[id].at = 0
	d.bridge(l.prev, l.next, l.next, l.prev)
}

// replace puts a job in the place of another.
func (d *deadlines) replace(old, id int32) {
	if int(old) >= len(d.links) || d.links[old].at == 0 {
		return
	}
	for int(id) >= len(d.links) {
		d.links = append(d.links, deadline{})
	}
	l := d.links[old]
	d.links[old].at, d.links[id] = 0, l
	d.bridge(l.prev, id, l.next, id)
}

// bridge makes follows the successor of prev, and leads the predecessor of next.
func (d *deadlines) bridge(prev, follows, next, leads int32) {
	if prev != none {
		d.links[prev].next = follows
	} else {
		d.head = follows
	}
	if next != none {
		d.links[next].prev = leads
	} else {
		d.tail = leads
	}
}
