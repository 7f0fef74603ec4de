package v1alpha1

import (
	"fmt"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// validate checks the autoscaler by itself, and its bounds against the replicas of its home and the least that the model's
// constraints ask for; both are 0 where there are none.
func (a *Autoscaler) validate(r *report, path string, replicas int, replicasPath string, least int) {
	if given := a.kinds(); len(given) > 1 {
		r.reject(path, fmt.Sprintf("expected at most one of knative, keda, predictive, spock, cackle, mark and libra, got %s: keep one",
			strings.Join(given, " and ")), fieldPath(path, given[1]))
		return
	}
	most := fieldPath(path, "max")
	rejectBelow(r, most, a.Max, replicas, "replicas", replicasPath)
	rejectBelow(r, most, a.Max, least, minReplicasPath, minReplicasPath)
	a.validateLeast(r, fieldPath(path, "min"), replicas, replicasPath, least)
	a.validateMetrics(r, fieldPath(path, "metrics"))
	a.validateOwn(r, path)
	a.ScaleUp.validate(r, fieldPath(path, "scaleUp"))
	a.ScaleDown.validate(r, fieldPath(path, "scaleDown"))
	a.validateKind(r, path)
}

func (a *Autoscaler) validateLeast(r *report, path string, replicas int, replicasPath string, least int) {
	if a.Min == nil {
		return
	}
	n := *a.Min
	switch {
	case replicas > 0 && n > replicas:
		r.reject(path, fmt.Sprintf("expected at most replicas, %d, with which it starts, got %d", replicas, n), replicasPath)
	case n < least:
		r.reject(path, fmt.Sprintf("expected at least %s, %d, got %d", minReplicasPath, least, n), minReplicasPath)
	case n == 0 && (a.MArk != nil || a.LIBRA != nil):
		r.reject(path, fmt.Sprintf("expected at least 1 with %s, which does not see what waits at a home without replicas, got 0", a.Kind()))
	}
}

// validateMetrics checks what the HPA decides on.
func (a *Autoscaler) validateMetrics(r *report, path string) {
	if a.KEDA != nil && len(a.Metrics) > 1 {
		r.reject(path, fmt.Sprintf("expected one with keda, its trigger, got %d", len(a.Metrics)))
	}
	for i, m := range a.Metrics {
		at := fieldPath(itemPath(path, i), "type")
		external := m.Type == MetricConcurrency || m.Type == MetricQueue
		switch {
		case m.Type == "" || external:
		case a.KEDA != nil:
			r.reject(at, fmt.Sprintf("expected concurrency or queue with keda, whose trigger must be there without replicas, got %s", m.Type))
		case a.Min != nil && *a.Min == 0:
			r.reject(at, fmt.Sprintf("expected concurrency or queue with a least number of 0, because %s is not there without replicas", m.Type))
		}
		m.validate(r, itemPath(path, i))
	}
}

func (m *ScalingMetric) validate(r *report, path string) {
	at := fieldPath(path, "target")
	share := m.Type == MetricCPU || m.Type == MetricGPU
	switch {
	case share && m.Target > 1:
		r.reject(at, fmt.Sprintf("expected a share of at most 1, such as 0.7, for %s, got %g", m.Type, m.Target))
	case (share || m.Type == MetricQueue) && m.Target == 0:
		r.reject(at, fmt.Sprintf("expected a value for %s", m.Type), fieldPath(path, "type"))
	}
}

// validateOwn refuses settings of the HPA where it does not decide.
func (a *Autoscaler) validateOwn(r *report, path string) {
	if a.hasHPA() {
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
			r.reject(fieldPath(path, f.name), fmt.Sprintf("is for the HPA, and %s decides here: leave it out", a.Kind()), fieldPath(path, a.Kind()))
		}
	}
}

func (s *ScalingRules) validate(r *report, path string) {
	if s == nil {
		return
	}
	for i, p := range s.Policies {
		at := itemPath(fieldPath(path, "policies"), i)
		if (p.Pods > 0) == (p.Percent > 0) {
			r.reject(at, "expected exactly one of pods and percent, above 0", fieldPath(at, "pods"), fieldPath(at, "percent"))
		}
		within(r, fieldPath(at, "period"), p.Period, time.Second, 30*time.Minute)
	}
}

// within checks a duration that is given.
func within(r *report, path string, d unit.Duration, least, most time.Duration) {
	if d.Std() != 0 && (d.Std() < least || d.Std() > most) {
		r.reject(path, fmt.Sprintf("expected from %s to %s, got %s", unit.Duration(least), unit.Duration(most), d))
	}
}

// validateKind checks what the rules of single fields cannot say.
func (a *Autoscaler) validateKind(r *report, path string) {
	at := func(field string) string { return fieldPath(path, a.Kind()+"."+field) }
	switch {
	case a.Knative != nil:
		within(r, at("stableWindow"), a.Knative.StableWindow, 6*time.Second, time.Hour)
		within(r, at("scaleDownDelay"), a.Knative.ScaleDownDelay, time.Second, time.Hour)
		whole(r, at("stableWindow"), a.Knative.StableWindow)
		whole(r, at("scaleDownDelay"), a.Knative.ScaleDownDelay)
	case a.Predictive != nil:
		a.Predictive.validate(r, at)
	case a.Spock != nil:
		within(r, at("interval"), a.Spock.Interval, time.Second, time.Hour)
		within(r, at("average"), a.Spock.Average, max(time.Second, a.Spock.Interval.Std()), 24*time.Hour)
	case a.Cackle != nil:
		within(r, at("interval"), a.Cackle.Interval, time.Second, 3*time.Minute)
	case a.LIBRA != nil:
		within(r, at("interval"), a.LIBRA.Interval, time.Second, time.Hour)
	}
}

func whole(r *report, path string, d unit.Duration) {
	if d.Std()%time.Second != 0 {
		r.reject(path, fmt.Sprintf("expected whole seconds, got %s", d))
	}
}

func (p *Predictive) validate(r *report, at func(string) string) {
	const day = 24 * time.Hour
	within(r, at("interval"), p.Interval, time.Second, time.Hour)
	within(r, at("horizon"), p.Horizon, time.Second, day-time.Hour)
	within(r, at("recent"), p.Recent, max(time.Second, p.Interval.Std()), day)
	if p.Interval > 0 && day%p.Interval.Std() != 0 {
		r.reject(at("interval"), fmt.Sprintf("expected a whole number of intervals in a day, got %s", p.Interval))
	}
	if p.Days != nil && p.Weeks != nil && *p.Days+*p.Weeks == 0 {
		r.reject(at("days"), "expected at least one day or week to look back at", at("weeks"))
	}
}
