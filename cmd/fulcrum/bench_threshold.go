package main

import (
	"fmt"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// parseThreshold reads [TARGET:]METRIC.PERCENTILE<=DURATION or [TARGET:]errors<=SHARE.
func parseThreshold(text string) (v1alpha1.SuiteThreshold, error) {
	refused := func(reason string) (v1alpha1.SuiteThreshold, error) {
		return v1alpha1.SuiteThreshold{}, fmt.Errorf("expected such as latency.p95<=200ms, errors<=1%% or k8s:timeToFirstToken.p99<=1s, got %q: %s", text, reason)
	}
	what, limit, ok := strings.Cut(text, "<=")
	if !ok {
		return refused("<= is missing")
	}
	what, limit = strings.TrimSpace(what), strings.TrimSpace(limit)
	var t v1alpha1.SuiteThreshold
	if target, rest, ok := strings.Cut(what, ":"); ok {
		t.Target, what = target, rest
	}
	if what == "errors" {
		share, err := parsePart(limit)
		if err != nil {
			return refused(err.Error())
		}
		t.Errors = &share
		return t, nil
	}
	metric, percentile, _ := strings.Cut(what, ".")
	into := percentileOf(&t, metric, percentile)
	if into == nil {
		return refused("known are p50, p95 and p99 of latency, timeToFirstByte, timeToFirstToken and timePerOutputToken, and errors")
	}
	most, err := parseTime(limit)
	if err == nil && most == 0 {
		err = fmt.Errorf("expected a duration above 0")
	}
	if err != nil {
		return refused(err.Error())
	}
	*into = most
	return t, nil
}

// percentileOf returns where the limit of a percentile is kept; nil where there is no such one.
func percentileOf(t *v1alpha1.SuiteThreshold, metric, percentile string) *unit.Duration {
	p, ok := map[string]*v1alpha1.Percentiles{
		"latency": &t.Latency, "timeToFirstByte": &t.TimeToFirstByte, "timeToFirstToken": &t.TimeToFirstToken, "timePerOutputToken": &t.TimePerOutputToken,
	}[metric]
	if !ok {
		return nil
	}
	return map[string]*unit.Duration{"p50": &p.P50, "p95": &p.P95, "p99": &p.P99}[percentile]
}

// readThresholds reads all --threshold flags.
func readThresholds(texts []string) ([]v1alpha1.SuiteThreshold, error) {
	var list []v1alpha1.SuiteThreshold
	for _, text := range texts {
		t, err := parseThreshold(text)
		if err != nil {
			return nil, fmt.Errorf("--threshold: %w", err)
		}
		list = append(list, t)
	}
	return list, nil
}
