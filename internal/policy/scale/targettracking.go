package scale

import (
	"fmt"
	"time"
)

// TargetTrackingPeriod is the time between two decisions: CloudWatch's period
// for the metric.
const TargetTrackingPeriod = time.Minute

// TargetTrackingRule configures a TargetTracking.
type TargetTrackingRule struct {
	Bounds
	// Target is the utilisation aimed at, above 0 and at most 1.
	Target float64
	// LowShare times Target is the utilisation below which capacity is taken away.
	LowShare float64
	// OutPeriods and InPeriods are the periods in a row above the target, or
	// below the low mark, after which an alarm acts.
	OutPeriods, InPeriods int
	// OutCooldown and InCooldown are the least times from a change to the
	// next growth, and to the next shrinkage.
	OutCooldown, InCooldown time.Duration
}

// DefaultTargetTracking returns what AWS Application Auto Scaling does with the
// provisioned concurrency of a Lambda function: a target of 70 %, an alarm
// after 3 minutes above it, another after 15 minutes below 90 % of it, no
// cool-down (AWS Lambda Developer Guide, provisioned concurrency; CDK reference,
// UtilizationScalingOptions).
func DefaultTargetTracking(bounds Bounds) TargetTrackingRule {
	return TargetTrackingRule{Bounds: bounds, Target: 0.7, LowShare: 0.9, OutPeriods: 3, InPeriods: 15}
}

// TargetTracking sizes provisioned concurrency in proportion to its utilisation.
type TargetTracking struct {
	rule        TargetTrackingRule
	above       int // periods in a row above the target
	below       int // periods in a row below the low mark
	growAfter   time.Duration
	shrinkAfter time.Duration
}

// NewTargetTracking returns a scaler. The error says which field is out of range.
func NewTargetTracking(rule TargetTrackingRule) (*TargetTracking, error) {
	switch {
	case !(rule.Target > 0 && rule.Target <= 1):
		return nil, fmt.Errorf("target utilisation %g: expected above 0 and at most 1", rule.Target)
	case !(rule.LowShare > 0 && rule.LowShare <= 1):
		return nil, fmt.Errorf("low mark at %g of the target: expected above 0 and at most 1", rule.LowShare)
	case rule.OutPeriods < 1 || rule.InPeriods < 1:
		return nil, fmt.Errorf("alarms after %d and %d periods: expected at least 1", rule.OutPeriods, rule.InPeriods)
	case rule.OutCooldown < 0 || rule.InCooldown < 0:
		return nil, fmt.Errorf("cool-downs of %v and %v: expected 0 or more", rule.OutCooldown, rule.InCooldown)
	case rule.Min < 1:
		return nil, fmt.Errorf("at least %d environments: expected 1 or more, because none have no utilisation", rule.Min)
	}
	if err := rule.Bounds.Check(); err != nil {
		return nil, err
	}
	return &TargetTracking{rule: rule}, nil
}

// Desired returns the environments to request after a period at time now.
// Requested is what was asked for before, and allocated what is ready of it:
// while they differ, an allocation is in progress and nothing is changed.
// Utilisation is the period's mean share of the allocated environments in use,
// NaN if there was no request: Lambda publishes no metric then, and neither alarm goes on.
func (t *TargetTracking) Desired(requested, allocated int, utilisation float64, now time.Duration) int {
	t.count(utilisation)
	within := t.rule.Clamp(requested)
	if requested != allocated || within != requested {
		return within
	}
	wanted := t.rule.Clamp(Machines(float64(requested) * utilisation / t.rule.Target))
	switch {
	case t.above >= t.rule.OutPeriods && wanted > requested && now >= t.growAfter:
	case t.below >= t.rule.InPeriods && wanted < requested && now >= t.shrinkAfter:
	default:
		return requested
	}
	t.growAfter, t.shrinkAfter = now+t.rule.OutCooldown, now+t.rule.InCooldown
	return wanted
}

// count follows the two alarms.
func (t *TargetTracking) count(utilisation float64) {
	above, below := t.above+1, t.below+1
	t.above, t.below = 0, 0
	switch {
	case utilisation > t.rule.Target:
		t.above = above
	case utilisation < t.rule.Target*t.rule.LowShare:
		t.below = below
	}
}
