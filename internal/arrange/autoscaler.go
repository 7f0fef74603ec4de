package arrange

import (
	"cmp"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/baseline"
	"fulcrum.dev/fulcrum/internal/policy/hpa"
	"fulcrum.dev/fulcrum/internal/policy/keda"
	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// scaleCluster sets what decides on the number of replicas. It completes the settings of the autoscaler that depend on the home.
func scaleCluster(k *home.Cluster, c *v1alpha1.ClusterHome, s home.Service) error {
	if c.Autoscaler == nil {
		k.Schedule = schedule(c.Schedule, 0)
		return nil
	}
	if err := completeAutoscaler(k, c.Autoscaler, s); err != nil {
		return err
	}
	k.Schedule = schedule(c.Schedule, c.Autoscaler.Max)
	k.Autoscaler = autoscaler(c.Autoscaler, *c.Replicas, s)
	if k.Autoscaler.Cackle != nil {
		k.Autoscaler.Cackle.Launch = meanStartUp(k)
	}
	return k.Autoscaler.Check()
}

// completeAutoscaler fills in what depends on start-up and service times.
func completeAutoscaler(k *home.Cluster, a *v1alpha1.Autoscaler, s home.Service) error {
	if a.Min == nil && a.ToZero() {
		a.Min = new(0)
	}
	if p := a.Predictive; p != nil && p.Horizon == 0 {
		p.Horizon = unit.Duration(meanStartUp(k).Round(time.Second))
	}
	own := replicaRate(a)
	if own == nil || *own > 0 {
		return nil
	}
	if s.Duration == nil || s.Duration.Mean() <= 0 {
		return fmt.Errorf("autoscaler %s: set rate, the requests per second that a replica serves within the objectives; only a fixed profile with a duration has a default",
			a.Kind())
	}
	*own = unit.Rate(a.TargetConcurrency / (s.Duration.Mean() * cmp.Or(s.Scale, 1)))
	return nil
}

// replicaRate is the setting of what a replica serves, where the autoscaler has one.
func replicaRate(a *v1alpha1.Autoscaler) *unit.Rate {
	switch {
	case a.MArk != nil:
		return &a.MArk.Rate
	case a.LIBRA != nil:
		return &a.LIBRA.Rate
	}
	return nil
}

// meanStartUp is that of a replica on a new node, at least a second.
func meanStartUp(k *home.Cluster) time.Duration {
	seconds := k.ImagePull.Seconds()
	if k.NodeStartUp != nil {
		seconds += k.NodeStartUp.Mean()
	}
	if k.PodStartUp != nil {
		seconds += k.PodStartUp.Mean()
	}
	return max(time.Second, time.Duration(seconds*1e9))
}

// autoscaler reads settings that are complete.
func autoscaler(s *v1alpha1.Autoscaler, replicas int, service home.Service) *home.Autoscaler {
	a := &home.Autoscaler{Bounds: scale.Bounds{Min: replicas, Max: s.Max}, Target: s.TargetConcurrency}
	if s.Min != nil {
		a.Min = *s.Min
	}
	switch {
	case s.Knative != nil:
		a.KPA = knative(s, a, replicas, float64(service.Concurrency))
	case s.Predictive != nil:
		a.Predictive = predictive(s.Predictive, a.Bounds)
	case s.Spock != nil:
		a.Spock = &home.Spock{Interval: s.Spock.Interval.Std(), Intervals: max(1, int(s.Spock.Average/s.Spock.Interval))}
	case s.Cackle != nil:
		a.Cackle = &baseline.CackleRule{Bounds: a.Bounds, Interval: s.Cackle.Interval.Std(), Premium: s.Cackle.Premium}
	case s.MArk != nil:
		a.MArk = &home.MArk{Rate: float64(s.MArk.Rate)}
	case s.LIBRA != nil:
		a.LIBRA = &home.LIBRA{Interval: s.LIBRA.Interval.Std(), Rate: float64(s.LIBRA.Rate), Premium: s.LIBRA.Premium}
	default:
		a.HPA = kubernetes(s, a)
	}
	return a
}

func kubernetes(s *v1alpha1.Autoscaler, a *home.Autoscaler) *home.HPA {
	metrics := s.Metrics
	if len(metrics) == 0 {
		metrics = []v1alpha1.ScalingMetric{{Type: v1alpha1.MetricConcurrency}}
	}
	h := &home.HPA{}
	var list []hpa.Metric
	for _, m := range metrics {
		metric, signal := scalingMetric(m, a.Target)
		list, h.Signals = append(list, metric), append(h.Signals, signal)
	}
	h.Spec = hpa.Default(a.Min, a.Max, list...)
	if s.KEDA != nil {
		a.KEDA = &keda.Spec{
			Min: a.Min, Max: a.Max, Threshold: list[0].Target, Activation: int64(s.KEDA.Activation * 1000),
			PollingInterval: s.KEDA.PollingInterval.Std(), Cooldown: s.KEDA.Cooldown.Std(), InitialCooldown: s.KEDA.InitialCooldown.Std(),
		}
		h.Spec = a.KEDA.HPA()
	}
	h.SyncPeriod, h.MetricLag = s.SyncPeriod.Std(), s.MetricLag.Std()
	h.UpTolerance, h.DownTolerance = float64(*s.Tolerance), float64(*s.Tolerance)
	h.Behavior = behavior(s)
	return h
}

// scalingMetric returns a metric, and what it is read from. CPU is compared with what a replica requests, of which its busy slots are a
// share; the time with a request, which is what a GPU reports, is an average of its own.
func scalingMetric(m v1alpha1.ScalingMetric, target float64) (hpa.Metric, home.Signal) {
	if m.Target > 0 {
		target = m.Target
	}
	thousandths := home.Thousandths(target)
	switch m.Type {
	case v1alpha1.MetricQueue:
		return hpa.Metric{Kind: hpa.TotalAverage, Target: thousandths}, home.RequestsWaiting
	case v1alpha1.MetricPodConcurrency:
		return hpa.Metric{Kind: hpa.PodAverage, Target: thousandths}, home.RequestsPerPod
	case v1alpha1.MetricCPU:
		return hpa.Metric{Kind: hpa.Utilization, CPU: true, Target: max(1, int64(target*100+0.5))}, home.BusySlotsPerPod
	case v1alpha1.MetricGPU:
		return hpa.Metric{Kind: hpa.PodAverage, Target: thousandths}, home.BusyTimePerPod
	}
	return hpa.Metric{Kind: hpa.TotalAverage, Target: thousandths}, home.RequestsInside
}

func behavior(s *v1alpha1.Autoscaler) *hpa.Behavior {
	b := hpa.DefaultBehavior()
	b.Up.Window, b.Down.Window = s.UpStabilization.Std(), s.DownStabilization.Std()
	limit(&b.Up, s.ScaleUp)
	limit(&b.Down, s.ScaleDown)
	return &b
}

func limit(r *hpa.Rules, s *v1alpha1.ScalingRules) {
	if s == nil {
		return
	}
	r.Select = map[string]hpa.Select{"Min": hpa.SelectMin, "Disabled": hpa.Disabled}[s.Select]
	r.Policies = nil
	for _, p := range s.Policies {
		r.Policies = append(r.Policies, hpa.Policy{Pods: p.Pods, Percent: p.Percent, Period: p.Period.Std()})
	}
}

func knative(s *v1alpha1.Autoscaler, a *home.Autoscaler, replicas int, total float64) *kpa.Spec {
	n, k := s.Knative, kpa.Default(total)
	k.Utilisation = a.Target / total
	k.StableWindow, k.PanicWindowPercent, k.PanicThresholdPercent = n.StableWindow.Std(), float64(*n.PanicWindow)*100, n.PanicThreshold*100
	k.MaxScaleUpRate, k.MaxScaleDownRate, k.BurstCapacity = n.MaxScaleUpRate, n.MaxScaleDownRate, *n.BurstCapacity
	k.ScaleDownDelay, k.ActivationScale = n.ScaleDownDelay.Std(), n.ActivationScale
	k.Min, k.Max, k.InitialScale = a.Min, a.Max, replicas
	k.ScaleToZero, k.ScaleToZeroGrace, k.PodRetention = a.Min == 0, n.ScaleToZeroGrace.Std(), n.PodRetention.Std()
	return &k
}

func predictive(s *v1alpha1.Predictive, bounds scale.Bounds) *scale.PredictiveRule {
	return &scale.PredictiveRule{
		Bounds: bounds, Step: s.Interval.Std(), Horizon: s.Horizon.Std(), Days: *s.Days, Weeks: *s.Weeks,
		Quantile: float64(s.Quantile), Recent: s.Recent.Std(), MaxCorrection: s.MaxCorrection,
	}
}
