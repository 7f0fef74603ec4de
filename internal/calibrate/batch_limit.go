package calibrate

import (
	"cmp"
	"slices"
	"time"
)

const (
	// steadyIterations is how long a batch size must have lasted in all to count: chunks of one iteration are read at
	// slightly different moments, so that a stream that ends and the next one seem to overlap.
	steadyIterations = 8
	// waitIterations and fewestWaits are how much longer than without a queue, and how often, requests waited for their first
	// token when the batch was as large as it ever was, before that size counts as the server's limit.
	waitIterations = 4
	fewestWaits    = 5
)

// limit returns the greatest batch that was seen to last, and whether requests waited for a place in it.
func (b *batch) limit(found fitted) (most int, saturated bool) {
	lasted := b.sizes()
	most = 1
	for n, d := range lasted {
		if n > most && d.Seconds() > steadyIterations*found.iteration(n) {
			most = n
		}
	}
	full := found.iteration(most)
	waits := 0
	for _, r := range b.measured {
		if !isWhole(r) {
			continue
		}
		expected := found.beside() + 2*full + found.perPromptToken()*float64(r.TokensIn)
		// Prompts that others had admitted meanwhile held it up, with or without a limit.
		expected += found.perPromptToken() * b.prompts.between(r.Sent, r.FirstToken-b.slack)
		if (r.FirstToken - r.Sent).Seconds() > expected+waitIterations*full {
			waits++
		}
	}
	return most, waits >= fewestWaits
}

// sizes is how long each number of streams ran at once, from the first token to the last.
func (b *batch) sizes() map[int]time.Duration {
	type change struct {
		at time.Duration
		by int
	}
	var changes []change
	for _, r := range b.all {
		if isWhole(r) {
			changes = append(changes, change{r.Chunks[0], 1}, change{b.end(r), -1})
		}
	}
	slices.SortFunc(changes, func(a, b change) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) })
	lasted := map[int]time.Duration{}
	running := 0
	for i, c := range changes {
		running += c.by
		if i+1 < len(changes) {
			lasted[running] += changes[i+1].at - c.at
		}
	}
	return lasted
}
