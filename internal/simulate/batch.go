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
	leaving   int // sequences whose callers have left
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
	if b.waiting.first() != id {
		return never // an admission is already due, or has to wait for a departure
	}
	return b.call(s, now)
}

// call sets the boundary at which the first that waits is admitted. It returns that boundary where it is
// earlier than what was due before, else never.
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

// boundaryAfter returns the first boundary at or after now, the one at b.at excluded, and how many iterations it is ahead of that.
func (b *batch) boundaryAfter(now int64) (at, ahead int64) {
	at = b.at + b.extra + b.iteration
	if now <= at {
		return at, 1
	}
	n := (now - at + b.iteration - 1) / b.iteration
	return at + n*b.iteration, 1 + n
}

// step moves the batch to its next boundary at now: it appends the sequences
// that leave to done, admits what waits, and sets the boundary after that.
func (b *batch) step(s *server, now int64, done []sequence) []sequence {
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
	b.next, b.ahead = never, 0
	if k := b.admit(s); b.size() > 0 {
		b.ahead = min(k, b.running.min()-b.count)
		b.next = b.at + b.extra + b.ahead*b.iteration
	}
	return done
}

// admit moves waiting jobs into the batch while they fit. All of them get their
// first token at the end of the iteration that runs their prompts. It returns after how many iterations it must look
// again, whoever leaves.
func (b *batch) admit(s *server) int64 {
	if s.batch.MaxTokens > 0 {
		return b.admitWithin(s, s.batch.MaxTokens-int64(b.running.len())) // each that runs takes one token
	}
	n, prompts := b.admissible(s)
	b.extra = prompts * int64(s.batch.Gamma)
	b.iteration = int64(s.batch.Iteration(b.running.len()+n, 0))
	firstToken := b.at + b.extra + b.iteration
	for range n {
		id := b.waiting.pop()
		j := &s.slab[id]
		b.running.push(b.count+max(1, int64(j.output)), sequence{id: id, firstToken: firstToken})
		s.started(j.arrived, b.at)
	}
	return noLook
}

// noLook is more iterations than any sequence has.
const noLook = math.MaxInt32 + 1

// admissible returns how many jobs from the front fit, and their prompt tokens; it reserves their KV tokens.
func (b *batch) admissible(s *server) (n int, prompts int64) {
	for id := b.waiting.first(); id != none; id = b.waiting.after(id) {
		j := &s.slab[id]
		if !b.fits(s, n, j) {
			break
		}
		b.held += j.tokens()
		prompts += int64(j.input)
		n++
	}
	return n, prompts
}
