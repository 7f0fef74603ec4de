package calibrate

import (
	"time"

	"fulcrum.dev/fulcrum/internal/record"
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

// end is when a stream left its place: with its last chunk, or where chunks hide tokens with its last byte.
func (b *batch) end(r *record.Record) time.Duration {
	if b.hides {
		return r.LastByte
	}
	return r.Chunks[len(r.Chunks)-1]
}
