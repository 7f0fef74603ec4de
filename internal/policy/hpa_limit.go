package policy

import (
	"math"
	"time"
)

// hpaWithoutBehavior is convertDesiredReplicasWithRules: the bounds, and at most
// twice the current replicas or 4 at one decision.
func hpaWithoutBehavior(current, desired, least, most int) int {
	if desired < least {
		return least
	}
	return min(desired, most, max(2*current, 4))
}

// growth is calculateScaleUpLimitWithScalingRules: the most replicas that the policies allow.
func (r *HPARules) growth(s *HPAState, current int, now time.Duration) int {
	return r.limit(s, current, now, 1)
}

// shrinkage is calculateScaleDownLimitWithBehaviors: the least replicas that the policies allow.
func (r *HPARules) shrinkage(s *HPAState, current int, now time.Duration) int {
	return r.limit(s, current, now, -1)
}

// limit selects among the policies' limits. The greatest change is the greatest
// number when growing (sign 1) and the least when shrinking (sign -1).
func (r *HPARules) limit(s *HPAState, current int, now time.Duration, sign int) int {
	if r.Select == HPADisabled {
		return current
	}
	greatest := (r.Select == HPASelectMax) == (sign > 0)
	var limit int
	for i, p := range r.Policies {
		since := now - p.Period
		allowed := p.allowed(current-hpaSince(s.grown, since)+hpaSince(s.shrunk, since), sign)
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
func (p HPAPolicy) allowed(start, sign int) int {
	if p.Pods > 0 {
		return start + sign*p.Pods
	}
	if sign < 0 {
		return int(float64(start) * (1 - p.Percent/100))
	}
	return int(math.Ceil(float64(start) * (1 + p.Percent/100)))
}

// longest is the longest period of the policies.
func (r *HPARules) longest() time.Duration {
	var longest time.Duration
	for _, p := range r.Policies {
		longest = max(longest, p.Period)
	}
	return longest
}

// hpaSince adds up the replicas of the events after a time.
func hpaSince(events []hpaEvent, since time.Duration) int {
	n := 0
	for _, e := range events {
		if e.at > since {
			n += e.replicas
		}
	}
	return n
}
