package calibrate

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/measure"
)

// The coefficients of a batched service, in seconds. An iteration lasts alpha + beta x sequences + gamma x prompt tokens
// admitted in it; overhead is what a first token takes beside its iteration.
const (
	alpha = iota
	beta
	gamma
	overhead
	batchedCoefficients
)

// batch is what the streams of a target show of its continuous batch.
type batch struct {
	*sample
	tokens  *series // output tokens, when they came
	prompts *series // prompt tokens, when their first token came
	// slack is a part of an iteration: what comes within it of a moment belongs to the iteration that ends there, although
	// its chunk was read a little later.
	slack time.Duration
	// hides says that the server hides tokens, see hidesTokens.
	hides      bool
	isMeasured map[*measure.Record]bool
}

// fitBatched solves two kinds of equations.
//
// Of a stream, from its first token at F to its last at L: each of its n tokens took an iteration, an iteration with b
// sequences gave b tokens, and the prompts admitted meanwhile were run. So, summed over the iterations,
//
//	L - F = alpha x n + beta x (tokens of all streams in (F, L]) + gamma x (prompt tokens admitted in (F, L])
//
// which needs no knowledge of when iterations began. Of a request that met an empty server, sent at S:
//
//	F - S = overhead + alpha + beta + gamma x (its prompt tokens)
//
// Both are divided by their left side, so that relative errors count.
func (s *sample) fitBatched(t *v1alpha1.CalibratedTarget) error {
	b := newBatch(s)
	rows, shared, method := b.equations()
	if len(rows) < fewestRequests/2 {
		return fmt.Errorf("expected at least %d streams of several tokens, got %d: ask for longer answers, streamed", fewestRequests/2, len(rows))
	}
	if float64(shared) < leastShared*float64(len(rows)) {
		return errors.New("hardly two streams ran at once, so that alpha cannot be told from beta: add a phase with a higher rate")
	}
	lone := b.loneRows()
	if len(lone) < fewestLone {
		return fmt.Errorf("expected at least %d requests that met an empty server, to tell prompt from queue, got %d: add a phase with a low rate", fewestLone, len(lone))
	}
	if !b.hides {
		rows = slices.Concat(rows, lone)
		method += fmt.Sprintf(" and %d requests that met an empty server", len(lone))
	}
	found, ok := regress(rows)
	if !ok {
		return errors.New("the streams do not determine alpha, beta and gamma: vary the rate and the sizes more")
	}
	profile := &v1alpha1.BatchedProfile{Alpha: rounded(found[alpha]), Beta: rounded(found[beta]), Gamma: rounded(found[gamma])}
	t.Overhead = rounded(found[overhead])
	profile.MaxBatch, t.Profile.Range.Saturated = b.limit(found)
	t.Profile.Batched = profile
	t.Fit = goodness(rows, found)
	t.Fit.Method = method
	b.fitTail(t)
	b.doubt(t)
	return nil
}

// leastShared is the share of streams that ran beside others from which alpha is told from beta.
const leastShared = 0.05

// fewestLone are the requests that met an empty server from which gamma and the overhead are told.
const fewestLone = 10

func newBatch(s *sample) *batch {
	b := &batch{sample: s, tokens: &series{}, prompts: &series{}, hides: s.hidesTokens(), isMeasured: map[*measure.Record]bool{}}
	for _, r := range s.measured {
		b.isMeasured[r] = true
	}
	var gaps []float64
	for _, r := range s.all {
		first, later := tokensByChunk(r)
		if b.hides && r.TokensOut > 0 && r.ChunkCount > 0 {
			first = float64(r.TokensOut) / float64(r.ChunkCount)
			later = first
		}
		for i, at := range r.Chunks {
			if i == 0 {
				b.tokens.add(at, first)
				b.prompts.add(at, float64(r.TokensIn))
				continue
			}
			b.tokens.add(at, later)
			gaps = append(gaps, (at - r.Chunks[i-1]).Seconds())
		}
	}
	b.tokens.close()
	b.prompts.close()
	if len(gaps) > 0 {
		b.slack = time.Duration(medianOf(gaps) * 1e9 / 3)
	}
	return b
}

// tokensByChunk is how many tokens the first chunk of a stream carried, and each later one on average. Where the server does
// not count, a chunk is a token.
func tokensByChunk(r *measure.Record) (first, later float64) {
	if r.TokensOut == 0 || r.ChunkCount < 2 {
		return 1, 1
	}
	first = float64(max(1, r.FirstTokens))
	return first, (float64(r.TokensOut) - first) / float64(r.ChunkCount-1)
}

// isWhole reports whether a stream's times are all there.
func isWhole(r *measure.Record) bool {
	return len(r.Chunks) > 1 && r.ChunkCount == int64(len(r.Chunks)) && r.FirstToken >= r.Sent
}

// equations are those of streams, how many of them shared half of their iterations or more, and what they are in words.
func (b *batch) equations() (rows []row, shared int, method string) {
	if b.hides {
		rows, shared = b.wholeRows()
		return rows, shared, fmt.Sprintf("robust least squares over %d requests that did not wait, from sending to the last byte", len(rows))
	}
	rows, shared = b.decodeRows()
	return rows, shared, fmt.Sprintf("robust least squares over %d streams", len(rows))
}

// decodeRows are the equations of streams, and how many of them shared half of their iterations or more.
func (b *batch) decodeRows() (rows []row, shared int) {
	for _, r := range b.measured {
		if !isWhole(r) {
			continue
		}
		from, to := r.Chunks[0], r.Chunks[len(r.Chunks)-1]
		_, later := tokensByChunk(r)
		n := later * float64(r.ChunkCount-1)
		if n < 1 || to <= from {
			continue
		}
		tokens := b.tokens.between(from+b.slack, to+b.slack)
		prompts := b.prompts.between(from+b.slack, to+b.slack)
		y := (to - from).Seconds()
		rows = append(rows, row{[]float64{n / y, tokens / y, prompts / y, 0}, 1, y})
		if tokens >= 1.5*n {
			shared++
		}
	}
	return rows, shared
}

// loneRows are the equations of requests that met an empty server, up to whose first token no other came.
func (b *batch) loneRows() []row {
	counts := b.inside()
	var rows []row
	for i, r := range b.all {
		isLast := i+1 == len(b.all) || b.all[i+1].Sent > r.FirstToken
		if !b.isMeasured[r] || counts[i] > 0 || !isLast || !isWhole(r) || r.FirstToken <= r.Sent {
			continue
		}
		y := (r.FirstToken - r.Sent).Seconds()
		rows = append(rows, row{[]float64{1 / y, 1 / y, float64(r.TokensIn) / y, 1 / y}, 1, y})
	}
	return rows
}

// doubt adds what the measurements leave open.
func (b *batch) doubt(t *v1alpha1.CalibratedTarget) {
	if in := t.Profile.Range.Input; in == nil {
		t.Notes = append(t.Notes, "the server did not count prompt tokens, so that gamma is 0: prompts are in the overhead")
	} else if float64(in.Greatest) < 1.2*float64(in.Least) {
		t.Notes = append(t.Notes, "all prompts were of about one size: gamma and the overhead hold for that size only")
	}
	if b.hides {
		t.Notes = append(t.Notes, "the server sends fewer chunks than tokens, so that its first chunk does not show its first token: what is predicted of tokens cannot be compared")
	}
	if !t.Profile.Range.Saturated {
		t.Notes = append(t.Notes, fmt.Sprintf("hardly a request waited for a free place: maxBatch is the %d that streamed at once, of up to %d inside, and the server may take more",
			t.Profile.Batched.MaxBatch, t.Profile.Range.InFlight))
	}
}
