package calibrate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/measure"
)

// hiddenShare is the share of tokens without a chunk of their own from which on the first chunk and the last do not say when
// the first token and the last one were made.
const hiddenShare = 0.1

// hidesTokens reports whether chunks came for clearly fewer tokens than there were: several in a chunk, or some that are no text
// by themselves.
func (s *sample) hidesTokens() bool {
	var tokens, chunks int64
	for _, r := range s.measured {
		if isWhole(r) && r.TokensOut > 0 {
			tokens, chunks = tokens+r.TokensOut, chunks+r.ChunkCount
		}
	}
	return float64(tokens-chunks) > hiddenShare*float64(tokens)
}

// wholeRows are the equations of requests from sending, at S, to the last byte, at L, for servers that hide tokens:
//
//	L - S = overhead + alpha x n + beta x (tokens of all streams in (S, L]) + gamma x (prompt tokens admitted in (S, L])
//
// They hold for requests that waited for no place: those that found fewer than half of the most that were ever inside.
func (b *batch) wholeRows() (rows []row, shared int) {
	counts := b.inside()
	most := b.mostInside()
	for i, r := range b.all {
		if counts[i] >= max(1, most/2) || !b.isMeasured[r] || !isWhole(r) || r.TokensOut == 0 {
			continue
		}
		n := float64(r.TokensOut)
		tokens := b.tokens.between(r.Sent, r.LastByte)
		prompts := b.prompts.between(r.Sent, r.LastByte)
		y := (r.LastByte - r.Sent).Seconds()
		rows = append(rows, row{[]float64{n / y, tokens / y, prompts / y, 1 / y}, 1, y})
		if tokens >= 1.5*n {
			shared++
		}
	}
	return rows, shared
}

// end is when a stream left its place: with its last chunk, or where chunks hide tokens with its last byte.
func (b *batch) end(r *measure.Record) time.Duration {
	if b.hides {
		return r.LastByte
	}
	return r.Chunks[len(r.Chunks)-1]
}
