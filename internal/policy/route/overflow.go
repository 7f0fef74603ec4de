package route

import (
	"fmt"
	"time"
)

// Fallback says what happens to a request that no overflow home may take.
type Fallback int

// The fallbacks.
const (
	QueueAtBase   Fallback = iota // it waits at the base
	RefuseRequest                 // it is refused
)

// OverflowRule configures a BaseOverflow.
type OverflowRule struct {
	// Saturation of the base, home 0, sends requests to the overflow homes.
	Saturation Saturation
	// Limits are the requests in flight beyond which an overflow home is passed
	// over, for home 1 and on; 0, and a home without an entry, has no limit.
	Limits []int
	// Cap bounds what the overflow homes spend together; nil for no bound. It is
	// state as well as rule: each router needs its own.
	Cap *SpendCap
	// Fallback is for requests that find every overflow home at its limit, or the cap reached.
	Fallback Fallback
}

// BaseOverflow sends requests to home 0, the base, until that is saturated,
// then to the first of the other homes that is below its limit.
type BaseOverflow struct {
	rule OverflowRule
	base saturationState
}

// NewBaseOverflow returns a Router under a rule. The error says which field is
// out of range and what was expected.
func NewBaseOverflow(rule OverflowRule) (*BaseOverflow, error) {
	if err := rule.Saturation.check(); err != nil {
		return nil, err
	}
	for i, limit := range rule.Limits {
		if limit < 0 {
			return nil, fmt.Errorf("limit %d of home %d: expected 0 (none) or more", limit, i+1)
		}
	}
	if rule.Fallback != QueueAtBase && rule.Fallback != RefuseRequest {
		return nil, fmt.Errorf("fallback %d: expected QueueAtBase or RefuseRequest", rule.Fallback)
	}
	rule.Limits = append([]int(nil), rule.Limits...)
	return &BaseOverflow{rule: rule}, nil
}

// Route returns the base, an overflow home or Refuse.
func (b *BaseOverflow) Route(now time.Duration, _ Request, homes []View) int {
	if !b.base.observe(&b.rule.Saturation, now, &homes[0]) {
		return 0
	}
	if home := b.overflow(now, homes); home > 0 {
		return home
	}
	if b.rule.Fallback == RefuseRequest {
		return Refuse
	}
	return 0
}

// overflow returns the overflow home that takes a request, or 0 if none may.
func (b *BaseOverflow) overflow(now time.Duration, homes []View) int {
	if b.rule.Cap != nil && b.rule.Cap.reached(now, homes[1:]) {
		return 0
	}
	for i := 1; i < len(homes); i++ {
		if i > len(b.rule.Limits) || b.rule.Limits[i-1] == 0 || homes[i].InFlight < b.rule.Limits[i-1] {
			return i
		}
	}
	return 0
}
