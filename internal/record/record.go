package record

import "time"

// Unseen is the time of an event that did not happen or could not be observed.
const Unseen = time.Duration(-1)

// MaxChunks bounds how many chunk times a record keeps. What comes later is counted, without a time.
const MaxChunks = 4096

// Record is one request. All times count from the start of the run and are Unseen where there is none.
type Record struct {
	// Sequence is the request's number in the schedule, from 0. With Round and Target it says who was compared with whom.
	Sequence int64
	// Round is the block of the interleaving in which every target had a turn.
	Round int64
	// Target is the index in Header.Targets.
	Target int
	// Kind is how the request ended, Status the answer's HTTP status, 0 without one.
	Kind   Kind
	Status int
	// Cold says that a cold start is known to have served it; Reused, that the connection was kept from an earlier request.
	Cold, Reused bool

	// Started is how long the platform says that the start took which the request waited for, and Ran how long it was worked on;
	// 0 where it does not say. They are kept of requests beside the load alone.
	Started, Ran time.Duration `json:",omitzero"`
	// NewInstance names who answered, if that one had not answered before; "" where answers do not say. It is kept as those are.
	NewInstance string `json:",omitzero"`

	// Scheduled is when the request was due; Sent, when the client began to send it.
	Scheduled, Sent time.Duration
	// Connected is when a connection was at hand; FirstByte, when the answer's header began to arrive.
	Connected, FirstByte time.Duration
	// FirstToken is when the first chunk with content arrived, LastByte when the answer was complete or failed.
	FirstToken, LastByte time.Duration
	// Chunks are the times of the first MaxChunks chunks with content; ChunkCount is how many there were.
	Chunks     []time.Duration
	ChunkCount int64

	// BytesOut and BytesIn are the sizes of the bodies.
	BytesOut, BytesIn int64
	// TokensIn and TokensOut are as the server counts them; 0 when it did not say.
	TokensIn, TokensOut int64
	// FirstTokens is how many tokens the first chunk carried; 0 when it is not known.
	FirstTokens int64
}

// New returns the record of a request that was not sent, whose times are Unseen but for when it was due.
func New(sequence, round int64, target int, scheduled time.Duration) Record {
	return Record{
		Sequence: sequence, Round: round, Target: target, Kind: NotSent, Scheduled: scheduled,
		Sent: Unseen, Connected: Unseen, FirstByte: Unseen, FirstToken: Unseen, LastByte: Unseen,
	}
}

// Lateness is how late the client sent the request: its own fault, not the target's.
func (r *Record) Lateness() (time.Duration, bool) { return between(r.Scheduled, r.Sent) }

// Latency is the time from when the request was due to the last byte. It counts what a client that fell behind would hide.
func (r *Record) Latency() (time.Duration, bool) { return between(r.Scheduled, r.LastByte) }

// Service is the time from sending to the last byte.
func (r *Record) Service() (time.Duration, bool) { return between(r.Sent, r.LastByte) }

// Connect is the time that it took to have a connection.
func (r *Record) Connect() (time.Duration, bool) { return between(r.Sent, r.Connected) }

// TimeToFirstByte is the time from when the request was due to the first byte.
func (r *Record) TimeToFirstByte() (time.Duration, bool) { return between(r.Scheduled, r.FirstByte) }

// TimeToFirstToken is the time from when the request was due to the first content.
func (r *Record) TimeToFirstToken() (time.Duration, bool) { return between(r.Scheduled, r.FirstToken) }

// TimePerOutputToken is the mean time between tokens, from the first chunk with content to the last one. A chunk may carry
// several tokens: those of the first were there when the time began, so only the later ones share it. Where the server
// did not count tokens, chunks stand for them.
func (r *Record) TimePerOutputToken() (time.Duration, bool) {
	n := len(r.Chunks)
	if n < 2 || r.ChunkCount != int64(n) {
		return 0, false
	}
	tokens := r.ChunkCount - 1
	if r.TokensOut > 0 {
		tokens = r.TokensOut - max(1, r.FirstTokens)
	}
	span, ok := between(r.Chunks[0], r.Chunks[n-1])
	if !ok || tokens < 1 {
		return 0, false
	}
	return span / time.Duration(tokens), true
}

func between(from, to time.Duration) (time.Duration, bool) {
	if from < 0 || to < from {
		return 0, false
	}
	return to - from, true
}
