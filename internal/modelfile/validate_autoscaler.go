package modelfile

import (
	"fmt"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// validateAutoscaler checks the autoscaler by itself, and its bounds against the replicas of its home and the least that the model's
// constraints ask for; both are 0 where there are none.
func validateAutoscaler(a *v1alpha1.Autoscaler, r *strictyaml.Report, path string, replicas int, replicasPath string, least int) {
	if given := a.Kinds(); len(given) > 1 {
		r.Reject(path, fmt.Sprintf("expected at most one of knative, keda, predictive, spock, cackle, mark and libra, got %s: keep one",
			strings.Join(given, " and ")), strictyaml.FieldPath(path, given[1]))
		return
	}
	most := strictyaml.FieldPath(path, "max")
	rejectBelow(r, most, a.Max, replicas, "replicas", replicasPath)
	rejectBelow(r, most, a.Max, least, minReplicasPath, minReplicasPath)
	validateLeast(a, r, strictyaml.FieldPath(path, "min"), replicas, replicasPath, least)
	validateMetrics(a, r, strictyaml.FieldPath(path, "metrics"))
	validateOwn(a, r, path)
	validateScalingRules(a.ScaleUp, r, strictyaml.FieldPath(path, "scaleUp"))
	validateScalingRules(a.ScaleDown, r, strictyaml.FieldPath(path, "scaleDown"))
	validateAutoscalerKind(a, r, path)
}

func validateLeast(a *v1alpha1.Autoscaler, r *strictyaml.Report, path string, replicas int, replicasPath string, least int) {
	if a.Min == nil {
		return
	}
	n := *a.Min
	switch {
	case replicas > 0 && n > replicas:
		r.Reject(path, fmt.Sprintf("expected at most replicas, %d, with which it starts, got %d", replicas, n), replicasPath)
	case n < least:
		r.Reject(path, fmt.Sprintf("expected at least %s, %d, got %d", minReplicasPath, least, n), minReplicasPath)
	case n == 0 && (a.MArk != nil || a.LIBRA != nil):
		r.Reject(path, fmt.Sprintf("expected at least 1 with %s, which does not see what waits at a home without replicas, got 0", a.Kind()))
	}
}

// validateMetrics checks what the HPA decides on.
func validateMetrics(a *v1alpha1.Autoscaler, r *strictyaml.Report, path string) {
	if a.KEDA != nil && len(a.Metrics) > 1 {
		r.Reject(path, fmt.Sprintf("expected one with keda, its trigger, got %d", len(a.Metrics)))
	}
	for i, m := range a.Metrics {
		at := strictyaml.FieldPath(strictyaml.ItemPath(path, i), "type")
		external := m.Type == v1alpha1.MetricConcurrency || m.Type == v1alpha1.MetricQueue
		switch {
		case m.Type == "" || external:
		case a.KEDA != nil:
			r.Reject(at, fmt.Sprintf("expected concurrency or queue with keda, whose trigger must be there without replicas, got %s", m.Type))
		case a.Min != nil && *a.Min == 0:
			r.Reject(at, fmt.Sprintf("expected concurrency or queue with a least number of 0, because %s is not there without replicas", m.Type))
		}
		validateMetric(&m, r, strictyaml.ItemPath(path, i))
	}
}

func validateMetric(m *v1alpha1.ScalingMetric, r *strictyaml.Report, path string) {
	at := strictyaml.FieldPath(path, "target")
	share := m.Type == v1alpha1.MetricCPU || m.Type == v1alpha1.MetricGPU
	switch {
	case share && m.Target > 1:
		r.Reject(at, fmt.Sprintf("expected a share of at most 1, such as 0.7, for %s, got %g", m.Type, m.Target))
	case (share || m.Type == v1alpha1.MetricQueue) && m.Target == 0:
		r.Reject(at, fmt.Sprintf("expected a value for %s", m.Type), strictyaml.FieldPath(path, "type"))
	}
}

// validateOwn refuses settings of the HPA where it does not decide.
func validateOwn(a *v1alpha1.Autoscaler, r *strictyaml.Report, path string) {
	if a.HasHPA() {
		return
	}
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"metrics", len(a.Metrics) > 0},
		{"syncPeriod", a.SyncPeriod > 0},
		{"metricLag", a.MetricLag != nil},
		{"tolerance", a.Tolerance != nil},
		{"downStabilization", a.DownStabilization != nil},
		{"upStabilization", a.UpStabilization != nil},
		{"scaleUp", a.ScaleUp != nil},
		{"scaleDown", a.ScaleDown != nil},
	} {
		if f.given {
			r.Reject(strictyaml.FieldPath(path, f.name), fmt.Sprintf("is for the HPA, and %s decides here: leave it out", a.Kind()), strictyaml.FieldPath(path, a.Kind()))
		}
	}
}

func validateScalingRules(s *v1alpha1.ScalingRules, r *strictyaml.Report, path string) {
	if s == nil {
		return
	}
	for i, p := range s.Policies {
		at := strictyaml.ItemPath(strictyaml.FieldPath(path, "policies"), i)
		if (p.Pods > 0) == (p.Percent > 0) {
			r.Reject(at, "expected exactly one of pods and percent, above 0", strictyaml.FieldPath(at, "pods"), strictyaml.FieldPath(at, "percent"))
		}
		within(r, strictyaml.FieldPath(at, "period"), p.Period, time.Second, 30*time.Minute)
	}
}

// within checks a duration that is given.
func within(r *strictyaml.Report, path string, d unit.Duration, least, most time.Duration) {
	if d.Std() != 0 && (d.Std() < least || d.Std() > most) {
		r.Reject(path, fmt.Sprintf("expected from %s to %s, got %s", unit.Duration(least), unit.Duration(most), d))
	}
}

// validateAutoscalerKind checks what the rules of single fields cannot say.
func validateAutoscalerKind(a *v1alpha1.Autoscaler, r *strictyaml.Report, path string) {
	at := func(field string) string { return strictyaml.FieldPath(path, a.Kind()+"."+field) }
	switch {
	case a.Knative != nil:
		within(r, at("stableWindow"), a.Knative.StableWindow, 6*time.Second, time.Hour)
		within(r, at("scaleDownDelay"), a.Knative.ScaleDownDelay, time.Second, time.Hour)
		whole(r, at("stableWindow"), a.Knative.StableWindow)
		whole(r, at("scaleDownDelay"), a.Knative.ScaleDownDelay)
	case a.Predictive != nil:
		validatePredictive(a.Predictive, r, at)
	case a.Spock != nil:
		within(r, at("interval"), a.Spock.Interval, time.Second, time.Hour)
		within(r, at("average"), a.Spock.Average, max(time.Second, a.Spock.Interval.Std()), 24*time.Hour)
	case a.Cackle != nil:
		within(r, at("interval"), a.Cackle.Interval, time.Second, 3*time.Minute)
	case a.LIBRA != nil:
		within(r, at("interval"), a.LIBRA.Interval, time.Second, time.Hour)
	}
}

func whole(r *strictyaml.Report, path string, d unit.Duration) {
	if d.Std()%time.Second != 0 {
		r.Reject(path, fmt.Sprintf("expected whole seconds, got %s", d))
	}
}

func validatePredictive(p *v1alpha1.Predictive, r *strictyaml.Report, at func(string) string) {
	const day = 24 * time.Hour
	within(r, at("interval"), p.Interval, time.Second, time.Hour)
	within(r, at("horizon"), p.Horizon, time.Second, day-time.Hour)
	within(r, at("recent"), p.Recent, max(time.Second, p.Interval.Std()), day)
	if p.Interval > 0 && day%p.Interval.Std() != 0 {
		r.Reject(at("interval"), fmt.Sprintf("expected a whole number of intervals in a day, got %s", p.Interval))
	}
	if p.Days != nil && p.Weeks != nil && *p.Days+*p.Weeks == 0 {
		r.Reject(at("days"), "expected at least one day or week to look back at", at("weeks"))
	}
}
