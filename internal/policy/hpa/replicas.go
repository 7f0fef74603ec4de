package hpa

import (
	"math"
	"time"
)

// propose returns the largest of the metrics' proposals. A metric that is
// unavailable prevents shrinking only; without any there is no proposal
// (computeReplicasForMetrics of horizontal.go).
func (h *Spec) propose(seen *Snapshot, now time.Duration) (replicas int, ok bool) {
	unavailable := 0
	for i := range h.Metrics {
		proposal, ok := h.proposal(i, seen, now)
		if !ok {
			unavailable++
			continue
		}
		replicas = max(replicas, proposal)
	}
	if unavailable == len(h.Metrics) || unavailable > 0 && replicas < seen.Replicas {
		return 0, false
	}
	return replicas, true
}

// proposal is the number of replicas that one metric asks for, of
// replica_calculator.go; not ok if the metric cannot be used.
func (h *Spec) proposal(metric int, seen *Snapshot, now time.Duration) (replicas int, ok bool) {
	m, r := &h.Metrics[metric], &seen.Readings[metric]
	switch {
	case r.Unavailable:
		return 0, false
	case m.Kind == TotalAverage:
		return h.perPod(seen.Created, float64(r.Total), float64(m.Target)), true
	case m.Kind == Total:
		return h.byRatio(seen, float64(r.Total)/float64(m.Target))
	}
	return h.byPods(m, r, seen, now)
}

// perPod is GetExternalPerPodMetricReplicas: ceil(total/target), held within the tolerance.
func (h *Spec) perPod(created int, total, target float64) int {
	if h.tolerated(total / (target * float64(created))) {
		return created
	}
	return ceil(total / target)
}

// byRatio is getUsageRatioReplicaCount: the ready pods times the ratio; from
// zero replicas the ratio itself, without tolerance.
func (h *Spec) byRatio(seen *Snapshot, ratio float64) (replicas int, ok bool) {
	if seen.Replicas == 0 {
		return ceil(ratio), true
	}
	if h.tolerated(ratio) {
		return seen.Replicas, true
	}
	ready := 0
	for i := range seen.Pods {
		if seen.Pods[i].Phase == Running && seen.Pods[i].Ready == Ready {
			ready++
		}
	}
	return ceil(ratio * float64(ready)), len(seen.Pods) > 0
}

func (h *Spec) tolerated(ratio float64) bool {
	return 1-h.DownTolerance <= ratio && ratio <= 1+h.UpTolerance
}

// ceil rounds up, and stays within the 32 bits of a replica count.
func ceil(replicas float64) int {
	return int(math.Ceil(min(replicas, math.MaxInt32)))
}
