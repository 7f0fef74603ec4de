package simulate

import (
	"fulcrum.dev/fulcrum/internal/platform"
)

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
	arrived    int64
	firstToken int64
	held       int64 // KV tokens
	output     int32
}

func (b *batch) reset() {
	b.running.clear()
	b.waiting.head, b.waiting.count = 0, 0
	b.next, b.held, b.extra, b.count = never, 0, 0, 0
}

// fits reports whether the batch can admit the job now.
func (b *batch) fits(spec *platform.Batch, j *job) bool {
	return b.running.len() < spec.Max && (spec.KVTokens == 0 || b.running.len() == 0 || b.held+j.tokens() <= spec.KVTokens)
}

// tokens is the context that a job holds at its end.
func (j *job) tokens() int64 { return int64(j.input) + int64(j.output) }

// offer adds a job and returns the boundary at which something now changes
// earlier than before, or never.
func (b *batch) offer(spec *platform.Batch, j job, now int64) int64 {
	b.waiting.push(j)
	if b.waiting.len() > 1 || !b.fits(spec, &j) {
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
// It records the wait of every job that it admits.
func (b *batch) step(spec *platform.Batch, now int64, done []sequence, rec *recorder) []sequence {
	if b.running.len() > 0 {
		b.count += 1 + (now-b.at-b.extra-b.iteration)/b.iteration
	}
	b.at, b.extra = now, 0
	for b.running.min() <= b.count {
		s := b.running.pop()
		b.held -= s.held
		done = append(done, s)
	}
	b.admit(spec, rec)
	b.next = never
	if b.running.len() > 0 {
		b.next = b.at + b.extra + (b.running.min()-b.count)*b.iteration
	}
	return done
}

// admit moves waiting jobs into the batch while they fit. All of them get their
// first token at the end of the iteration that runs their prompts.
func (b *batch) admit(spec *platform.Batch, rec *recorder) {
	n, prompts := b.admissible(spec)
	b.extra = prompts * int64(spec.Gamma)
	b.iteration = int64(spec.Iteration(b.running.len()+n, 0))
	firstToken := b.at + b.extra + b.iteration
	for range n {
		j := b.waiting.pop()
		b.running.push(b.count+max(1, int64(j.output)), sequence{
			arrived: j.arrived, firstToken: firstToken, held: j.tokens(), output: j.output,
		})
		rec.started(j.arrived, b.at)
	}
}

// admissible returns how many jobs from the front fit, and their prompt tokens; it reserves their KV tokens.
func (b *batch) admissible(spec *platform.Batch) (n int, prompts int64) {
	mask := len(b.waiting.ring) - 1
	for n < b.waiting.len() {
		j := &b.waiting.ring[(b.waiting.head+n)&mask]
		if b.running.len()+n >= spec.Max {
			break
		}
		if spec.KVTokens > 0 && b.running.len()+n > 0 && b.held+j.tokens() > spec.KVTokens {
			break
		}
		b.held += j.tokens()
		prompts += int64(j.input)
		n++
	}
	return n, prompts
}
