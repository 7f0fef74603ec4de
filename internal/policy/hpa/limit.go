package hpa

import (
	"math"
	"time"
)

// withoutBehavior is convertDesiredReplicasWithRules: the bounds, and at most
// twice the current replicas or 4 at one decision.
func withoutBehavior(current, desired, least, most int) int {
	if desired < least {
		return least
	}
	return min(desired, most, max(2*current, 4))
}

// growth is calculateScaleUpLimitWithScalingRules: the most replicas that the policies allow.
func (r *Rules) growth(s *State, current int, now time.Duration) int {
	return r.limit(s, current, now, 1)
}

// shrinkage is calculateScaleDownLimitWithBehaviors: the least replicas that the policies allow.
func (r *Rules) shrinkage(s *State, current int, now time.Duration) int {
	return r.limit(s, current, now, -1)
}

// limit selects among the policies' limits. The greatest change is the greatest
// number when growing (sign 1) and the least when shrinking (sign -1).
func (r *Rules) limit(s *State, current int, now time.Duration, sign int) int {
	if r.Select == Disabled {
		return current
	}
	greatest := (r.Select == SelectMax) == (sign > 0)
	var limit int
	for i, p := range r.Policies {
		since := now - p.Period
		allowed := p.allowed(current-changedSince(s.grown, since)+changedSince(s.shrunk, since), sign)
		switch {
		case i == 0:
			limit = allowed
		case greatest:
			limit = max(limit, allowed)
		default:
			limit = min(limit, allowed)
		}
	}
	return limit
}

// allowed is how far the replicas may go that were start at the beginning of the
// period. Per cent round up when growing, so that it never stops, and towards zero when shrinking.
func (p Policy) allowed(start, sign int) int {
	if p.Pods > 0 {
		return start + sign*p.Pods
	}
	if sign < 0 {
		return int(float64(start) * (1 - p.Percent/100))
	}
	return int(math.Ceil(float64(start) * (1 + p.Percent/100)))
}

// longest is the longest period of the policies.
func (r *Rules) longest() time.Duration {
	var longest time.Duration
	for _, p := range r.Policies {
		longest = max(longest, p.Period)
	}
	return longest
}

// changedSince adds up the replicas of the events after a time.
func changedSince(events []event, since time.Duration) int {
	n := 0
	for _, e := range events {
		if e.at > since {
			n += e.replicas
		}
	}
	return n
}
