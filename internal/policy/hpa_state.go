package policy

import "time"

// HPAState is what an HPA remembers between decisions. The zero value is a new one.
type HPAState struct {
	begun           bool
	recommendations []hpaEvent // raw proposals within the stabilisation windows
	grown, shrunk   []hpaEvent // replicas added and removed within the policies' periods
}

// hpaEvent is a number of replicas at a time.
type hpaEvent struct {
	at       time.Duration
	replicas int
}

// begin makes the replicas that a new HPA finds its first recommendation.
func (s *HPAState) begin(current int, now time.Duration) {
	if !s.begun {
		s.begun = true
		s.recommendations = append(s.recommendations, hpaEvent{now, current})
	}
}

// highest is stabilizeRecommendation: the greatest recommendation within the
// window, both ends included.
func (s *HPAState) highest(proposal int, window, now time.Duration) int {
	highest := proposal
	for _, r := range s.recommendations {
		if r.at >= now-window {
			highest = max(highest, r.replicas)
		}
	}
	hpaNote(&s.recommendations, hpaEvent{now, proposal}, now-window)
	return highest
}

// stabilise is stabilizeRecommendationWithBehaviors: it clamps current into
// [lowest recommendation of the up window, highest of the down window]. The
// windows' far ends do not belong to them.
func (s *HPAState) stabilise(b *HPABehavior, current, proposal int, now time.Duration) int {
	lowest, highest := proposal, proposal
	for _, r := range s.recommendations {
		if r.at > now-b.Up.Window {
			lowest = min(lowest, r.replicas)
		}
		if r.at > now-b.Down.Window {
			highest = max(highest, r.replicas)
		}
	}
	hpaNote(&s.recommendations, hpaEvent{now, proposal}, now-max(b.Up.Window, b.Down.Window))
	return min(max(current, lowest), highest)
}

// hpaNote puts an event in the place of one before the limit, if there is one,
// otherwise at the end: the controller does the same, and it matters where
// the other direction's policies look back further than the limit.
func hpaNote(list *[]hpaEvent, event hpaEvent, limit time.Duration) {
	for i := len(*list) - 1; i >= 0; i-- {
		if (*list)[i].at < limit {
			(*list)[i] = event
			return
		}
	}
	*list = append(*list, event)
}
