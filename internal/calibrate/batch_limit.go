package calibrate

const (
	// waitIterations and fewestWaits say how much longer than without a queue, and how often, requests must wait for their first
	// token at the maximum batch size seen, before that size counts as the server's limit.
	waitIterations = 4
	fewestWaits    = 5
)

// limit returns the maximum batch size that was clearly seen, and whether requests waited for a place in it.
func (b *batch) limit(found fitted) (most int, saturated bool) {
	most = b.greatest(found.iteration)
	full := found.iteration(most)
	waits := 0
	for _, r := range b.measured {
		if !isWhole(r) {
			continue
		}
		// Prompts that were admitted meanwhile, or with it, held it up with or without a limit.
		expected := found.beside() + 2*full + found.perPromptToken()*b.prompts.between(r.Sent, r.FirstToken+b.slack)
		if (r.FirstToken - r.Sent).Seconds() > expected+waitIterations*full {
			waits++
		}
	}
	return most, waits >= fewestWaits
}
