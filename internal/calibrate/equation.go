package calibrate

import (
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// equation is the parts of a time: iterations, the prompts run in them, and the overhead.
type equation struct {
	time       float64   // in seconds
	iterations float64   // with each of these numbers of sequences
	sequences  []float64 // in the batch
	prompts    float64   // tokens
	overhead   float64   // 1 where the time counts from sending, else 0
}

// row divides an equation by its time, so that relative errors count.
func (e equation) row(f form) row {
	terms := f.terms()
	for _, n := range e.sequences {
		f.add(terms, e.iterations, n)
	}
	terms[f.gamma()], terms[f.overhead()] = e.prompts, e.overhead
	for i := range terms {
		terms[i] /= e.time
	}
	return row{terms, 1, e.time}
}

// isShared reports whether the batch held half a sequence more than one on average.
func (e equation) isShared() bool {
	sum := 0.0
	for _, n := range e.sequences {
		sum += n
	}
	return sum >= 1.5*float64(len(e.sequences))
}

// decodes are the equations of streams from the first token to the last.
func (b *batch) decodes() []equation {
	var list []equation
	for _, r := range b.measured {
		if !isWhole(r) {
			continue
		}
		ends := b.iterationEnds(r)
		from, to := r.Chunks[0], r.Chunks[len(r.Chunks)-1]
		_, later := tokensByChunk(r)
		if later*float64(r.ChunkCount-1) < 1 || to <= from {
			continue
		}
		e := equation{time: (to - from).Seconds(), iterations: later, prompts: b.prompts.between(ends[0], ends[len(ends)-1])}
		for i, end := range ends[1:] {
			e.sequences = append(e.sequences, b.tokens.between(ends[i], end)/later)
		}
		list = append(list, e)
	}
	return list
}

// iterationEnds are when all chunks of the iterations were read that ended with the chunks of a stream: those of other streams
// may be read a little later, but within a third of the time to its next chunk.
func (b *batch) iterationEnds(r *record.Record) []time.Duration {
	last := len(r.Chunks) - 1
	ends := slices.Clone(r.Chunks)
	for i := range last {
		ends[i] += (r.Chunks[i+1] - r.Chunks[i]) / 3
	}
	ends[last] += min(b.slack, (r.Chunks[last]-r.Chunks[last-1])/3)
	return ends
}

// lone are the equations of requests that met an empty server, up to whose first token no other came.
func (b *batch) lone() []equation {
	counts := b.inside()
	var list []equation
	for i, r := range b.all {
		isLast := i+1 == len(b.all) || b.all[i+1].Sent > r.FirstToken
		if !b.isMeasured[r] || counts[i] > 0 || !isLast || !isWhole(r) || r.FirstToken <= r.Sent {
			continue
		}
		e := equation{time: (r.FirstToken - r.Sent).Seconds(), iterations: 1, sequences: []float64{1}, prompts: float64(r.TokensIn), overhead: 1}
		list = append(list, e)
	}
	return list
}

// whole are the equations of requests from sending to the last byte, for servers that hide tokens. They hold for requests
// that waited for no place: those that found fewer than half of the most that were ever inside.
func (b *batch) whole() []equation {
	counts := b.inside()
	most := b.mostInside()
	var list []equation
	for i, r := range b.all {
		if counts[i] >= max(1, most/2) || !b.isMeasured[r] || !isWhole(r) || r.TokensOut == 0 {
			continue
		}
		n := float64(r.TokensOut)
		list = append(list, equation{
			time: (r.LastByte - r.Sent).Seconds(), iterations: n, sequences: []float64{b.tokens.between(r.Sent, r.LastByte) / n},
			prompts: b.prompts.between(r.Sent, r.LastByte), overhead: 1,
		})
	}
	return list
}
