package hpa

import "time"

// byPods is GetResourceReplicas and calcPlainMetricReplicas: the pods times the
// ratio of their use to the target. Pods that have no sample or are not ready
// are left out at first, and then counted at whatever moves the replicas the
// least; if that turns the direction round, the replicas stay.
func (h *Spec) byPods(m *Metric, r *Reading, seen *Snapshot, now time.Duration) (replicas int, ok bool) {
	t, ok := h.tally(m, r, seen.Pods, now)
	if !ok {
		return 0, false
	}
	ratio, ok := t.counted.ratio(m)
	if !ok {
		return 0, false
	}
	growing := ratio > 1
	if t.missing.pods == 0 && (t.unready.pods == 0 || !growing) {
		if h.tolerated(ratio) {
			return seen.Replicas, true
		}
		return ceil(ratio * float64(t.counted.pods)), true
	}
	all := t.rebalanced(ratio)
	adjusted, ok := all.ratio(m)
	if !ok {
		return 0, false
	}
	if h.tolerated(adjusted) || ratio < 1 && adjusted > 1 || growing && adjusted < 1 {
		return seen.Replicas, true
	}
	replicas = ceil(adjusted * float64(all.pods))
	if adjusted < 1 && replicas > seen.Replicas || adjusted > 1 && replicas < seen.Replicas {
		return seen.Replicas, true
	}
	return replicas, true
}

// sum adds up pods, their use of a metric and their requests.
type sum struct {
	pods         int
	use, request int64
}

func (s *sum) add(use, request int64) {
	s.pods++
	s.use += use
	s.request += request
}

// ratio is the use over the target, each rounded down to whole thousandths or
// per cent (pkg/controller/podautoscaler/metrics/utilization.go).
func (s *sum) ratio(m *Metric) (ratio float64, ok bool) {
	whole := int64(s.pods)
	use := s.use
	if m.Kind == Utilization {
		whole, use = s.request, 100*s.use
	}
	if s.pods == 0 || whole == 0 {
		return 0, false
	}
	return float64(use/whole) / float64(m.Target), true
}

// tally is the pods by how they count. The use of the missing is what they
// are taken for when shrinking, of the unready 0.
type tally struct{ counted, missing, unready sum }

// tally is not ok without pods, or where a request is needed and missing.
func (h *Spec) tally(m *Metric, r *Reading, pods []Pod, now time.Duration) (t tally, ok bool) {
	for i := range pods {
		sample := &r.Samples[i]
		if m.Kind == Utilization && sample.Request == 0 {
			return t, false
		}
		switch h.group(&pods[i], sample, m.CPU, now) {
		case counted:
			t.counted.add(sample.Value, sample.Request)
		case missing:
			t.missing.add(m.fallback(sample), sample.Request)
		case unready:
			t.unready.add(0, sample.Request)
		}
	}
	return t, len(pods) > 0
}

// fallback is the use that a pod without a sample is taken for when shrinking:
// the target, but of a resource all that it requests if that is more.
func (m *Metric) fallback(sample *Sample) int64 {
	if m.Kind == Utilization {
		return sample.Request * max(100, m.Target) / 100
	}
	return m.Target
}

// rebalanced is all pods that count when the counted ones have this ratio.
func (t *tally) rebalanced(ratio float64) sum {
	all := t.counted
	switch {
	case ratio < 1:
		all.pods += t.missing.pods
		all.use += t.missing.use
		all.request += t.missing.request
	case ratio > 1:
		all.pods += t.missing.pods + t.unready.pods
		all.request += t.missing.request + t.unready.request
	}
	return all
}
