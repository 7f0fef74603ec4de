package experiment

import (
	"fmt"
	"strconv"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// replicas moves a fixed number of replicas by one, and by a node's.
func (l *stepList) replicas(h v1alpha1.Home) {
	n, perNode := *h.Cluster.Replicas, max(1, h.Cluster.ReplicasPerNode)
	numbers := around(n, 1, false)
	if perNode > 1 {
		numbers = append(numbers, n-perNode, n+perNode)
	}
	for _, to := range numbers {
		if to >= 1 {
			l.add(h, "replicas", n, to, func(h *v1alpha1.Home) { h.Cluster.Replicas = &to })
		}
	}
}

// autoscaler moves the bounds of an autoscaler and its targets.
func (l *stepList) autoscaler(h v1alpha1.Home) {
	a := h.Cluster.Autoscaler
	l.autoscalerMin(h)
	for _, to := range around(a.Max, 1, true) {
		l.add(h, "autoscaler max", a.Max, to, func(h *v1alpha1.Home) { h.Cluster.Autoscaler.Max = to })
	}
	usesTarget := len(a.Metrics) == 0
	for i, m := range a.Metrics {
		if m.Target == 0 {
			usesTarget = true
			continue
		}
		for _, to := range targets(m.Target) {
			l.add(h, fmt.Sprintf("target of %s", m.Type), m.Target, to, func(h *v1alpha1.Home) { h.Cluster.Autoscaler.Metrics[i].Target = to })
		}
	}
	if usesTarget && a.TargetConcurrency > 0 {
		for _, to := range targets(a.TargetConcurrency) {
			l.add(h, "autoscaler target", a.TargetConcurrency, to, func(h *v1alpha1.Home) { h.Cluster.Autoscaler.TargetConcurrency = to })
		}
	}
}

// autoscalerMin moves the least number of replicas, and with it the number at the start where the two go together.
func (l *stepList) autoscalerMin(h v1alpha1.Home) {
	start := *h.Cluster.Replicas
	if h.Cluster.Autoscaler.Min == nil {
		for _, to := range around(start, 1, false) {
			l.add(h, "autoscaler min", start, to, func(h *v1alpha1.Home) { h.Cluster.Replicas = &to })
		}
		return
	}
	n := *h.Cluster.Autoscaler.Min
	together := start == max(1, n)
	for _, to := range around(n, 0, false) {
		l.add(h, "autoscaler min", n, to, func(h *v1alpha1.Home) {
			h.Cluster.Autoscaler.Min = &to
			if replicas := max(1, to); together || replicas > start {
				h.Cluster.Replicas = &replicas
			}
		})
	}
}

// targets are a fifth less and a quarter more, to four digits.
func targets(t float64) []float64 {
	var list []float64
	for _, factor := range []float64{0.8, 1.25} {
		rounded, err := strconv.ParseFloat(fmt.Sprintf("%.4g", t*factor), 64)
		if err == nil && rounded > 0 {
			list = append(list, rounded)
		}
	}
	return list
}
