package simulate

// batch is the continuous batch of one instance. Between admissions and
// departures every iteration lasts the same, so that the state is kept only at
// the last boundary where something changed, and the next change is found by one division.
//
//	at          at+extra+iteration        … + k x iteration
//	|-- prefill --|-- iteration --|-- iteration --|
//	   of what was admitted at `at`: the first iteration is longer by extra
//
// Progress is counted in iterations done since the batch was made: a sequence
// admitted at count v with n output tokens finishes at count v+n.
type batch struct {
	at        int64          // last boundary with a change
	extra     int64          // prefill time in the first iteration after it
	iteration int64          // length of an iteration, prefill apart
	count     int64          // iterations done at `at`
	next      int64          // boundary of the next change, or never
	held      int64          // KV tokens reserved
	running   heap[sequence] // by the iteration count at which each is done
	waiting   queue
}

// sequence is a running request.
type sequence struct {
	firstToken int64
	id         int32
}

func (b *batch) reset() {
	b.running.clear()
	b.waiting.clear()
	b.next, b.held, b.extra, b.count = never, 0, 0, 0
}

// fits reports whether the batch can admit one more job, with n others that are being admitted with it.
func (b *batch) fits(s *server, n int, j *job) bool {
	n += b.running.len()
	return n < s.batch.Max && (s.batch.KVTokens == 0 || n == 0 || b.held+j.tokens() <= s.batch.KVTokens)
}

// offer adds a job and returns the boundary at which something now changes
// earlier than before, or never.
func (b *batch) offer(s *server, id int32, now int64) int64 {
	b.waiting.push(id)
	if b.waiting.len() > 1 || !b.fits(s, 0, &s.slab[id]) {
		return never // an admission is already due, or has to wait for a departure
	}
	at := now
	if b.running.len() > 0 {
		at = b.boundaryAfter(now)
	}
	if at >= b.next {
		return never
	}
	b.next = at
	return at
}

// boundaryAfter returns the first boundary at or after now, the one at b.at excluded.
func (b *batch) boundaryAfter(now int64) int64 {
	first := b.at + b.extra + b.iteration
	if now <= first {
		return first
	}
	return first + (now-first+b.iteration-1)/b.iteration*b.iteration
}

// step moves the batch to its next boundary at now: it appends the finished
// sequences to done, admits what waits, and sets the boundary after that.
func (b *batch) step(s *server, now int64, done []sequence) []sequence {
	if b.running.len() > 0 {
		b.count += 1 + (now-b.at-b.extra-b.iteration)/b.iteration
	}
	b.at, b.extra = now, 0
	for b.running.min() <= b.count {
		q := b.running.pop()
		b.held -= s.slab[q.id].tokens()
		done = append(done, q)
	}
	b.admit(s)
	b.next = never
	if b.running.len() > 0 {
		b.next = b.at + b.extra + (b.running.min()-b.count)*b.iteration
	}
	return done
}

// admit moves waiting jobs into the batch while they fit. All of them get their
// first token at the end of the iteration that runs their prompts.
func (b *batch) admit(s *server) {
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
}

// admissible returns how many jobs from the front fit, and their prompt tokens; it reserves their KV tokens.
func (b *batch) admissible(s *server) (n int, prompts int64) {
	for n < b.waiting.len() {
		j := &s.slab[b.waiting.at(n)]
		if !b.fits(s, n, j) {
			break
		}
		b.held += j.tokens()
		prompts += int64(j.input)
		n++
	}
	return n, prompts
}
