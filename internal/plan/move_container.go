package plan

import (
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
)

// withContainer returns settings with a changed copy of the container's.
func withContainer(h v1alpha1.Home, set func(*v1alpha1.ContainerHome)) v1alpha1.Home {
	c := *h.Container
	set(&c)
	h.Container = &c
	return h
}

// containerMoves are the settings of containers that the user did not give.
func (s standing) containerMoves() []move {
	given := v1alpha1.ContainerHome{}
	if s.family.given.Container != nil {
		given = *s.family.given.Container
	}
	var list []move
	if !s.family.exact && len(given.MinSchedule) == 0 {
		k := s.at.Home.Container
		list = append(list, whole("min", k.Min, s.family.min, min(s.family.max, k.Max), func(n int) v1alpha1.Home {
			return withContainer(s.chosen, func(c *v1alpha1.ContainerHome) { c.MinInstances = &n })
		}))
	}
	if given.MaxInstances == 0 {
		list = append(list, s.maxInstances(given)...)
	}
	if !s.family.exact && len(given.MinSchedule) == 0 && given.MaxInstances == 0 && s.hour > 0 {
		list = append(list, s.held())
	}
	if given.Concurrency == 0 {
		list = append(list, s.concurrencyMoves()...)
	}
	if given.IdleHold == nil && s.at.Offer.Billing.SetsIdleHold() {
		list = append(list, s.idleHold())
	}
	return list
}

// maxInstances moves the maximum. The quota is the default: what is assumed of it stays an assumption.
func (s standing) maxInstances(given v1alpha1.ContainerHome) []move {
	k := s.at.Home.Container
	low := k.Min
	for _, e := range given.MinSchedule {
		low = max(low, e.Count)
	}
	reached := min(k.Max, max(s.peak, low, 1))
	set := func(n int) v1alpha1.Home {
		return withContainer(s.chosen, func(c *v1alpha1.ContainerHome) {
			if c.MaxInstances = n; n == quotaOr(s.spec, s.at.Offer) {
				c.MaxInstances = 0
			}
		})
	}
	return []move{s.maxMove(reached, k.Max, low, set), s.maxByFractions(reached, k.Max, low, set)}
}

// held keeps a number of instances all the time: of those that cost less than what is now, the most, and fewer from
// there. It changes two settings at once, because neither alone need be feasible or cheaper.
func (s standing) held() move {
	n := min(int(math.Ceil(s.monthly/(s.hour*monthHours))), quotaOr(s.spec, s.at.Offer)+1)
	if k := s.at.Home.Container; k.Min == k.Max {
		n = min(n, k.Max)
	}
	return move{name: "held", to: func(steps int) (v1alpha1.Home, bool) {
		n := n + steps
		return withContainer(s.chosen, func(c *v1alpha1.ContainerHome) {
			c.MinInstances, c.MaxInstances = &n, n
		}), steps < 0 && n >= max(1, s.family.min)
	}}
}

// concurrencyMoves change the requests of an instance by one and by factors of two.
func (s standing) concurrencyMoves() []move {
	full := s.at.Fit.Service.Concurrency
	if limit := s.at.Offer.Limits.MaxConcurrency; limit > 0 {
		full = min(full, limit)
	}
	now := s.at.Home.Service.Concurrency
	set := func(n int) v1alpha1.Home {
		return withContainer(s.chosen, func(c *v1alpha1.ContainerHome) { c.Concurrency = n })
	}
	byFactor := move{name: "concurrency by factors", patience: 1, to: func(steps int) (v1alpha1.Home, bool) {
		n := now
		for ; steps > 0 && n < full; steps-- {
			n = min(full, 2*n)
		}
		for ; steps < 0 && n > 1; steps++ {
			n /= 2
		}
		return set(n), steps == 0 && n != now
	}}
	byOne := whole("concurrency", now, 1, full, set)
	byOne.more = 0
	return []move{byFactor, byOne}
}

// holds are the times for which an idle instance is kept that are tried.
var holds = []time.Duration{
	0, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute,
	5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 20 * time.Minute,
}

// idleHold moves along the times that the provider sells. The cost changes only where the time is about as long as the pauses
// between requests, so that steps go on without a gain, and the last is to the end. A start-up that falls into a
// burst or not decides about the objectives, so that they also go on where one is missed.
func (s standing) idleHold() move {
	now := s.at.Home.Container.IdleHold
	ladder := holdLadder(s.at.Offer.Billing, now)
	at := slices.Index(ladder, now)
	return move{name: "idle hold", more: 1, patience: len(ladder), erratic: true, to: func(steps int) (v1alpha1.Home, bool) {
		i := min(max(0, at+steps), len(ladder)-1)
		if distance := max(i-at, at-i); i != at+steps && 2*distance <= max(steps, -steps) {
			return v1alpha1.Home{}, false // half the step reached the end
		}
		hold := unit.Duration(ladder[i])
		return withContainer(s.chosen, func(c *v1alpha1.ContainerHome) { c.IdleHold = &hold }), true
	}}
}

// holdLadder is the times that can be set, with the one that is set now, in ascending order.
func holdLadder(b catalog.Billing, now time.Duration) []time.Duration {
	ladder := []time.Duration{now}
	for _, d := range append([]time.Duration{b.IdleHoldMin.Std(), now / 2, 2 * now}, holds...) {
		if d >= b.IdleHoldMin.Std() && d <= b.IdleHoldMax.Std() {
			ladder = append(ladder, d)
		}
	}
	slices.Sort(ladder)
	return slices.Compact(ladder)
}
