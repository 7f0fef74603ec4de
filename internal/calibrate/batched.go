package calibrate

import (
	"errors"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// batch is the continuous batch of a target, as seen from its streams.
type batch struct {
	*sample
	tokens  *series // output tokens, when they came
	prompts *series // prompt tokens, when their first token came
	// slack is a part of an iteration: what comes within it of a moment belongs to the iteration that ends there, although
	// its chunk was read a little later.
	slack time.Duration
	// hides says that the server hides tokens, see hidesTokens.
	hides      bool
	isMeasured map[*record.Record]bool
}

// fitBatched solves two kinds of equations.
//
// For a stream, from its first token at F to its last at L: each of its n tokens took one iteration, an iteration with b
// sequences produced b tokens, and the prompts admitted meanwhile were run. So, summed over the iterations,
//
//	L - F = alpha x n + beta x (tokens of all streams in (F, L]) + gamma x (prompt tokens admitted in (F, L])
//
// which does not need to know when iterations began. For a request sent at S that met an empty server:
//
//	F - S = overhead + alpha + beta + gamma x (its prompt tokens)
//
// If a line does not explain the streams, alpha + beta x b becomes a curve of the sequences b, which are then
// counted from each chunk to the next.
//
// Servers that hide tokens have one kind instead, of whole requests; their first chunk does not say when the first token was made:
//
//	L - S = overhead + alpha x n + beta x (tokens of all streams in (S, L]) + gamma x (prompt tokens admitted in (S, L])
//
// All are divided by their left side, so that relative errors count.
func (s *sample) fitBatched(t *v1alpha1.CalibratedTarget) error {
	b := newBatch(s)
	equations, method, err := b.equations()
	if err != nil {
		return err
	}
	found, rows, ok := b.solve(equations)
	if !ok {
		return errors.New("the streams do not determine alpha, beta and gamma: vary the rate and the sizes more")
	}
	t.Overhead = rounded(found.beside())
	most, saturated := b.limit(found)
	t.Profile.Batched = found.profile(most)
	t.Profile.Range.Saturated = saturated
	t.Fit = goodness(rows, found.coefficients)
	t.Fit.Method = method
	b.fitTail(t)
	b.doubt(t)
	return nil
}

// equations returns those of all streams, and a description of them.
func (b *batch) equations() (list []equation, method string, err error) {
	if b.hides {
		list = b.whole()
		method = fmt.Sprintf("robust least squares over %d requests that did not wait, from sending to the last byte", len(list))
	} else {
		list = b.decodes()
		method = fmt.Sprintf("robust least squares over %d streams", len(list))
	}
	if len(list) < fewestRequests/2 {
		return nil, "", fmt.Errorf("expected at least %d streams of several tokens, got %d: ask for longer answers, streamed", fewestRequests/2, len(list))
	}
	shared := 0
	for _, e := range list {
		if e.isShared() {
			shared++
		}
	}
	if float64(shared) < leastShared*float64(len(list)) {
		return nil, "", errors.New("hardly two streams ran at once, so that alpha cannot be told from beta: add a phase with a higher rate")
	}
	lone := b.lone()
	if len(lone) < fewestLone {
		return nil, "", fmt.Errorf("expected at least %d requests that met an empty server, to tell prompt from queue, got %d: add a phase with a low rate", fewestLone, len(lone))
	}
	if !b.hides {
		list = append(list, lone...)
		method += fmt.Sprintf(" and %d requests that met an empty server", len(lone))
	}
	return list, method, nil
}

// A curve has to explain more than a line for its additional coefficients: this share of what the line leaves, and this much
// of the times.
const (
	lessError  = 0.15
	leastError = 0.01
)

// solve finds the coefficients: of a line, or of a curve where that explains the equations clearly better.
func (b *batch) solve(equations []equation) (found fitted, rows []row, ok bool) {
	found, rows, ok = solve(line, equations)
	if !ok || b.hides {
		return found, rows, ok
	}
	var sequences []float64
	for _, e := range equations {
		sequences = append(sequences, e.sequences...)
	}
	bent := curved(sequences)
	if len(bent.knots) < 2 {
		return found, rows, ok
	}
	other, otherRows, solved := solve(bent, equations)
	if !solved || other.coefficients[0] == 0 {
		return found, rows, ok
	}
	straight, least := meanError(rows, found.coefficients), meanError(otherRows, other.coefficients)
	needed := max(leastError, lessError*straight)
	if found.coefficients[0] == 0 {
		needed = 0 // the line would have to begin below 0: time grows faster than the sequences
	}
	if straight-least <= needed {
		return found, rows, ok
	}
	return other, otherRows, true
}

func solve(f form, equations []equation) (fitted, []row, bool) {
	var rows []row
	for _, e := range equations {
		rows = append(rows, e.row(f))
	}
	coefficients, ok := regress(rows)
	return fitted{f, coefficients}, rows, ok
}

// leastShared is the minimum share of streams that ran beside others, to distinguish alpha from beta.
const leastShared = 0.05

// fewestLone is the minimum number of requests that met an empty server, to find gamma and the overhead.
const fewestLone = 10

func newBatch(s *sample) *batch {
	b := &batch{sample: s, tokens: &series{}, prompts: &series{}, hides: s.hidesTokens(), isMeasured: map[*record.Record]bool{}}
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
func tokensByChunk(r *record.Record) (first, later float64) {
	if r.TokensOut == 0 || r.ChunkCount < 2 {
		return 1, 1
	}
	first = float64(max(1, r.FirstTokens))
	return first, (float64(r.TokensOut) - first) / float64(r.ChunkCount-1)
}

// isWhole reports whether a stream's times are all there.
func isWhole(r *record.Record) bool {
	return len(r.Chunks) > 1 && r.ChunkCount == int64(len(r.Chunks)) && r.FirstToken >= r.Sent
}

// doubt adds notes on what the measurements leave open.
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
