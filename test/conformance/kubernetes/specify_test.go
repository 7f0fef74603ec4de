package kubernetes

import (
	"time"

	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// specify draws one specification and writes it down both ways.
func (t *target) specify() {
	least := int32(t.between(0, 3))
	most := max(least, 1) + int32(t.between(0, 30))
	t.theirs = &autoscaling.HorizontalPodAutoscaler{
		ObjectMeta: meta.ObjectMeta{Namespace: t.namespace, Name: "hpa"},
		Spec: autoscaling.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscaling.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "target"},
			MinReplicas:    &least, MaxReplicas: most,
		},
	}
	t.ours = hpa.Default(int(least), int(most))
	t.specifyMetrics()
	if t.chance(75) {
		t.specifyBehavior()
	}
}

// specifyMetrics draws at least one metric of different names.
func (t *target) specifyMetrics() {
	kinds := []func(){t.resourceMetric(core.ResourceCPU), t.resourceMetric(gpu), t.podsMetric, t.objectMetric, t.externalMetric}
	t.random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	for _, add := range kinds[:1+t.random.IntN(3)] {
		add()
	}
}

const gpu core.ResourceName = "nvidia.com/gpu"

func (t *target) add(theirs autoscaling.MetricSpec, ours hpa.Metric) {
	t.theirs.Spec.Metrics = append(t.theirs.Spec.Metrics, theirs)
	t.ours.Metrics = append(t.ours.Metrics, ours)
}

func (t *target) resourceMetric(name core.ResourceName) func() {
	return func() {
		ours := hpa.Metric{CPU: name == core.ResourceCPU}
		var goal autoscaling.MetricTarget
		if t.chance(50) {
			percent := int32(t.between(20, 150))
			goal = autoscaling.MetricTarget{Type: autoscaling.UtilizationMetricType, AverageUtilization: &percent}
			ours.Kind, ours.Target = hpa.Utilization, int64(percent)
		} else {
			goal, ours.Target = t.average()
			ours.Kind = hpa.PodAverage
		}
		t.add(autoscaling.MetricSpec{
			Type: autoscaling.ResourceMetricSourceType, Resource: &autoscaling.ResourceMetricSource{Name: name, Target: goal},
		}, ours)
	}
}

func (t *target) podsMetric() {
	goal, milli := t.average()
	t.add(autoscaling.MetricSpec{
		Type: autoscaling.PodsMetricSourceType, Pods: &autoscaling.PodsMetricSource{Target: goal},
	}, hpa.Metric{Kind: hpa.PodAverage, Target: milli})
}

func (t *target) objectMetric() {
	goal, ours := t.total()
	t.add(autoscaling.MetricSpec{Type: autoscaling.ObjectMetricSourceType, Object: &autoscaling.ObjectMetricSource{Target: goal}}, ours)
}

func (t *target) externalMetric() {
	goal, ours := t.total()
	t.add(autoscaling.MetricSpec{Type: autoscaling.ExternalMetricSourceType, External: &autoscaling.ExternalMetricSource{Target: goal}}, ours)
}

// average draws a target of 0.1 to 2 for each pod.
func (t *target) average() (autoscaling.MetricTarget, int64) {
	milli := int64(t.between(100, 2000))
	return autoscaling.MetricTarget{Type: autoscaling.AverageValueMetricType, AverageValue: resource.NewMilliQuantity(milli, resource.DecimalSI)}, milli
}

func (t *target) total() (autoscaling.MetricTarget, hpa.Metric) {
	if t.chance(50) {
		goal, milli := t.average()
		return goal, hpa.Metric{Kind: hpa.TotalAverage, Target: milli}
	}
	milli := int64(t.between(2000, 20_000))
	goal := autoscaling.MetricTarget{Type: autoscaling.ValueMetricType, Value: resource.NewMilliQuantity(milli, resource.DecimalSI)}
	return goal, hpa.Metric{Kind: hpa.Total, Target: milli}
}

func (t *target) specifyBehavior() {
	var b hpa.Behavior
	t.theirs.Spec.Behavior = &autoscaling.HorizontalPodAutoscalerBehavior{
		ScaleUp:   t.rules(&b.Up, &t.ours.UpTolerance),
		ScaleDown: t.rules(&b.Down, &t.ours.DownTolerance),
	}
	t.ours.Behavior = &b
}

func (t *target) rules(ours *hpa.Rules, tolerance *float64) *autoscaling.HPAScalingRules {
	selects := []autoscaling.ScalingPolicySelect{autoscaling.MaxChangePolicySelect, autoscaling.MinChangePolicySelect, autoscaling.DisabledPolicySelect}
	which := 0
	if t.chance(40) {
		which = t.between(0, 2)
	}
	ours.Select = []hpa.Select{hpa.SelectMax, hpa.SelectMin, hpa.Disabled}[which]
	ours.Window = t.seconds(150)
	if t.chance(30) {
		ours.Window = 0
	}
	window := int32(ours.Window / time.Second)
	theirs := &autoscaling.HPAScalingRules{SelectPolicy: &selects[which], StabilizationWindowSeconds: &window}
	if t.chance(50) {
		quantity := resource.NewMilliQuantity(int64(t.between(0, 300)), resource.DecimalSI)
		theirs.Tolerance, *tolerance = quantity, quantity.AsApproximateFloat64()
	}
	for range t.between(1, 3) {
		period := max(t.seconds(120), time.Second)
		ours.Policies = append(ours.Policies, hpa.Policy{Period: period})
		added := &ours.Policies[len(ours.Policies)-1]
		limit := autoscaling.HPAScalingPolicy{Type: autoscaling.PodsScalingPolicy, PeriodSeconds: int32(period / time.Second)}
		if t.chance(50) {
			added.Pods = t.between(1, 8)
			limit.Value = int32(added.Pods)
		} else {
			percent := t.between(1, 150)
			added.Percent = float64(percent)
			limit.Type, limit.Value = autoscaling.PercentScalingPolicy, int32(percent)
		}
		theirs.Policies = append(theirs.Policies, limit)
	}
	return theirs
}
