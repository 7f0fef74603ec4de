package simulate

import "math"

// batch is the continuous batch of one instance. Between admissions and
// departures every iteration lasts the same, so that the state is kept only at
// the last boundary where something changed, and the next change is found by one division.
//
//	at          at+extra+iteration        … + k x iteration
//	|-- prefill --|-- iteration --|-- iteration --|
//	   of what was admitted at `at`: the first iteration is longer by extra
//
// Progress is counted in iterations done since the batch was made: a sequence
// whose prompt is done in the iteration after count v, with n output tokens, finishes at count v+n.
type batch struct {
	at        int64          // last boundary with a change
	extra     int64          // prefill time in the first iteration after it
	iteration int64          // length of an iteration, prefill apart
	count     int64          // iterations done at `at`
	next      int64          // boundary of the next change, or never
	ahead     int64          // iterations from `at` to `next`
	held      int64          // KV tokens reserved
	running   heap[sequence] // with their prompts done, by the iteration count at which each is done
	waiting   queue
	partial   partial
	leaving   int32 // sequences whose callers have left
	// open says that the batch is at a boundary, between finish and proceed: what is offered then is admitted there.
	open bool
}

// sequence is a running request.
type sequence struct {
	firstToken int64
	id         int32
}

func newBatch(s *server) *batch {
	b := &batch{waiting: newQueue(s.waiting.jobs, len(s.waiting.lanes) > 1)}
	b.reset()
	return b
}

func (b *batch) reset() {
	b.running.clear()
	b.waiting.clear()
	b.next, b.ahead, b.held, b.extra, b.count = never, 0, 0, 0, 0
	b.partial, b.leaving = partial{id: none}, 0
}

// size is the number of sequences in the batch.
func (b *batch) size() int {
	if b.partial.id != none {
		return b.running.len() + 1
	}
	return b.running.len()
}

// fits reports whether the batch can admit one more job, with n others that are being admitted with it.
func (b *batch) fits(s *server, n int, j *job) bool {
	n += b.size()
	return n < s.width && (s.batch.KVTokens == 0 || n == 0 || b.held+j.tokens() <= s.batch.KVTokens)
}

// offer adds a job and returns the boundary at which something now changes
// earlier than before, or never.
func (b *batch) offer(s *server, id int32, now int64) int64 {
	b.waiting.push(id)
	if b.open || b.waiting.first() != id {
		return never // an admission is already due, or has to wait for a departure
	}
	return b.call(s, now)
}

// call sets the boundary at which the first that waits is admitted: the next one, or at once where nothing runs. It
// returns that boundary where it is earlier than what was due before, else never.
func (b *batch) call(s *server, now int64) int64 {
	id := b.waiting.first()
	if id == none || b.partial.id != none || !b.fits(s, 0, &s.slab[id]) {
		return never // while a prompt is spread over iterations it takes all that they have for prompts
	}
	if b.running.len() == 0 {
		return b.due(now, 0)
	}
	return b.due(b.boundaryAfter(now))
}

// due sets the boundary of the next change, which is some iterations ahead, and returns it, if that is earlier than before; else never.
func (b *batch) due(at, ahead int64) int64 {
	if at >= b.next {
		return never
	}
	b.next, b.ahead = at, ahead
	return at
}

// boundaryAfter returns the first boundary after now, and how many iterations it is ahead of that at b.at. A boundary at
// now has passed: whoever comes or leaves at its instant does so after it.
func (b *batch) boundaryAfter(now int64) (at, ahead int64) {
	at = b.at + b.extra + b.iteration
	if now < at {
		return at, 1
	}
	n := (now-at)/b.iteration + 1
	return at + n*b.iteration, 1 + n
}

// finish moves the batch to its next boundary at now, and appends the sequences that leave to done.
func (b *batch) finish(s *server, now int64, done []sequence) []sequence {
	b.count += b.ahead
	b.partial.left -= b.ahead * b.partial.chunk
	b.at, b.extra = now, 0
	for b.running.min() <= b.count {
		q := b.running.pop()
		j := &s.slab[q.id]
		b.held -= j.tokens()
		if j.leaving {
			b.leaving--
		}
		done = append(done, q)
	}
	if b.leaving > 0 {
		done = b.dismiss(s, done)
	}
	b.next, b.ahead, b.open = never, 0, true
	c := &s.coming
	c.joined = c.joined[:0]
	c.budget, c.prompts = math.MaxInt64, 0
	if s.batch.MaxTokens > 0 {
		b.limit(s)
	}
	return done
}

// proceed admits what waits, starts the iteration after the boundary, and sets the boundary of the next change. Those whose
// prompts that iteration finishes all get their first token at its end.
func (b *batch) proceed(s *server) {
	if b.open = false; b.waiting.len() > 0 {
		b.admit(s)
	}
	if b.partial.chunk > 0 {
		b.chunk(s)
		return
	}
	c := &s.coming
	b.extra = c.prompts * int64(s.batch.Gamma)
	b.iteration = int64(s.batch.Iteration(b.size()+len(c.joined), 0))
	firstToken := b.at + b.extra + b.iteration
	for _, id := range c.joined {
		b.running.push(b.count+max(1, int64(s.slab[id].output)), sequence{id: id, firstToken: firstToken})
	}
	if b.size() == 0 {
		return
	}
	b.ahead = b.running.min() - b.count
	if c.prompts == c.budget && c.budget > 0 && (b.waiting.len() > 0 || b.partial.id != none) {
		b.ahead = 1 // the next iteration has room for more prompt tokens
	}
	b.next = firstToken + (b.ahead-1)*b.iteration
}
