package timeline

import (
	"errors"
	"fmt"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// policy is the same autoscaler for the simulator. The API server has filled in all defaults of a behaviour.
func (s *Settings) policy() (*hpa.Spec, error) {
	if len(s.Spec.Metrics) != 1 || s.Spec.Metrics[0].Pods == nil || s.Spec.Metrics[0].Pods.Target.AverageValue == nil {
		return nil, errors.New("settings: expected one metric, of the type Pods with an averageValue")
	}
	if s.Spec.MinReplicas == nil || s.Spec.Behavior == nil || s.Spec.Behavior.ScaleUp == nil || s.Spec.Behavior.ScaleDown == nil {
		return nil, errors.New("settings: expected minReplicas and a behavior with scaleUp and scaleDown")
	}
	up, err := rules(s.Spec.Behavior.ScaleUp)
	if err != nil {
		return nil, fmt.Errorf("settings: scaleUp: %w", err)
	}
	down, err := rules(s.Spec.Behavior.ScaleDown)
	if err != nil {
		return nil, fmt.Errorf("settings: scaleDown: %w", err)
	}
	h := hpa.Default(int(*s.Spec.MinReplicas), int(s.Spec.MaxReplicas), hpa.Metric{
		Kind: hpa.PodAverage, Target: s.Spec.Metrics[0].Pods.Target.AverageValue.MilliValue(),
	})
	h.Behavior = &hpa.Behavior{Up: up, Down: down}
	h.UpTolerance, h.DownTolerance = s.Tolerance, s.Tolerance
	h.SyncPeriod, h.MetricLag = s.SyncPeriod.Duration, 0
	return &h, nil
}

func rules(r *autoscalingv2.HPAScalingRules) (hpa.Rules, error) {
	if r.StabilizationWindowSeconds == nil || r.SelectPolicy == nil || r.Tolerance != nil {
		return hpa.Rules{}, errors.New("expected stabilizationWindowSeconds and selectPolicy, and no tolerance")
	}
	out := hpa.Rules{Window: seconds(*r.StabilizationWindowSeconds)}
	switch *r.SelectPolicy {
	case autoscalingv2.MaxChangePolicySelect:
		out.Select = hpa.SelectMax
	case autoscalingv2.MinChangePolicySelect:
		out.Select = hpa.SelectMin
	case autoscalingv2.DisabledPolicySelect:
		out.Select = hpa.Disabled
	default:
		return hpa.Rules{}, fmt.Errorf("selectPolicy %q: expected Max, Min or Disabled", *r.SelectPolicy)
	}
	for _, p := range r.Policies {
		limit := hpa.Policy{Period: seconds(p.PeriodSeconds)}
		if p.Type == autoscalingv2.PodsScalingPolicy {
			limit.Pods = int(p.Value)
		} else {
			limit.Percent = float64(p.Value)
		}
		out.Policies = append(out.Policies, limit)
	}
	return out, nil
}

func seconds(n int32) time.Duration { return time.Duration(n) * time.Second }
