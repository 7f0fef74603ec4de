package calibrate

import (
	"cmp"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

// A batch size counts where it lasted, at that size or above, for clearIterations at a stretch, and for steadyIterations in all
// of such stretches. Chunks of one iteration are read at slightly different moments, so that a stream that ends and the next
// one seem to overlap, but for less than that, and than twice the slack where prompts make most iterations longer.
const (
	clearIterations  = 1.5
	steadyIterations = 4
)

// greatest is the maximum size that the batch clearly had, given the time of an iteration of n sequences, in seconds.
func (b *batch) greatest(iteration func(n int) float64) int {
	var since []time.Duration // for n streams at i = n-1: when there came to be as many or more
	lasted := map[int]float64{}
	most := 1
	for _, c := range b.changes() {
		if c.by > 0 {
			since = append(since, c.at)
			continue
		}
		n := len(since)
		stretch := (c.at - since[n-1]).Seconds()
		since = since[:n-1]
		if stretch < max(clearIterations*iteration(n), 2*b.slack.Seconds()) {
			continue
		}
		lasted[n] += stretch
		if lasted[n] >= steadyIterations*iteration(n) {
			most = max(most, n)
		}
	}
	return most
}

// change is of the number of streams in the batch.
type change struct {
	at time.Duration
	by int
}

// changes are when streams took a place and left it, in order. The first token of a stream was made by an iteration that began
// where the one before had ended, which the chunks of all streams show: without it, short answers would hardly seem to meet.
func (b *batch) changes() []change {
	var streams []*record.Record
	var ends []time.Duration // of iterations, as they were seen
	for _, r := range b.all {
		if len(r.Chunks) > 0 && r.ChunkCount == int64(len(r.Chunks)) {
			streams = append(streams, r)
			ends = append(append(ends, r.Chunks...), b.end(r))
		}
	}
	slices.Sort(ends)
	var list []change
	for _, r := range streams {
		begin := r.Chunks[0]
		if i, _ := slices.BinarySearch(ends, begin-b.slack); i > 0 {
			begin = max(r.Sent, ends[i-1]-b.slack)
		}
		list = append(list, change{begin, 1}, change{max(begin, b.end(r)), -1})
	}
	slices.SortFunc(list, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.by, a.by)) })
	return list
}
