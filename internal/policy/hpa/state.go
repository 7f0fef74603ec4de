package hpa

import "time"

// State is what an HPA remembers between decisions. The zero value is a new one.
type State struct {
	begun           bool
	recommendations []event // raw proposals within the stabilisation windows
	grown, shrunk   []event // replicas added and removed within the policies' periods
}

// event is a number of replicas at a time.
type event struct {
	at       time.Duration
	replicas int
}

// begin makes the replicas that a new HPA finds its first recommendation.
func (s *State) begin(current int, now time.Duration) {
	if !s.begun {
		s.begun = true
		s.recommendations = append(s.recommendations, event{now, current})
	}
}

// highest is stabilizeRecommendation: the greatest recommendation within the
// window, both ends included.
func (s *State) highest(proposal int, window, now time.Duration) int {
	highest := proposal
	for _, r := range s.recommendations {
		if r.at >= now-window {
			highest = max(highest, r.replicas)
		}
	}
	note(&s.recommendations, event{now, proposal}, now-window)
	return highest
}

// stabilise is stabilizeRecommendationWithBehaviors: it clamps current into
// [lowest recommendation of the up window, highest of the down window]. The
// windows' far ends do not belong to them.
func (s *State) stabilise(b *Behavior, current, proposal int, now time.Duration) int {
	lowest, highest := proposal, proposal
	for _, r := range s.recommendations {
		if r.at > now-b.Up.Window {
			lowest = min(lowest, r.replicas)
		}
		if r.at > now-b.Down.Window {
			highest = max(highest, r.replicas)
		}
	}
	note(&s.recommendations, event{now, proposal}, now-max(b.Up.Window, b.Down.Window))
	return min(max(current, lowest), highest)
}

// note puts an event in the place of one before the limit, if there is one,
// otherwise at the end: the controller does the same, and it matters where
// the other direction's policies look back further than the limit.
func note(list *[]event, e event, limit time.Duration) {
	for i := len(*list) - 1; i >= 0; i-- {
		if (*list)[i].at < limit {
			(*list)[i] = e
			return
		}
	}
	*list = append(*list, e)
}
