package policy

import (
	"math"
	"time"
)

// propose returns the largest of the metrics' proposals. A metric that is
// unavailable prevents shrinking only; without any there is no proposal
// (computeReplicasForMetrics of horizontal.go).
func (h *HPASpec) propose(seen *HPASnapshot, now time.Duration) (replicas int, ok bool) {
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
func (h *HPASpec) proposal(metric int, seen *HPASnapshot, now time.Duration) (replicas int, ok bool) {
	m, r := &h.Metrics[metric], &seen.Readings[metric]
	switch {
	case r.Unavailable:
		return 0, false
	case m.Kind == HPATotalAverage:
		return h.perPod(seen.Created, float64(r.Total), float64(m.Target)), true
	case m.Kind == HPATotal:
		return h.byRatio(seen, float64(r.Total)/float64(m.Target))
	}
	return h.byPods(m, r, seen, now)
}

// perPod is GetExternalPerPodMetricReplicas: ceil(total/target), held within the tolerance.
func (h *HPASpec) perPod(created int, total, target float64) int {
	if h.tolerated(total / (target * float64(created))) {
		return created
	}
	return hpaCeil(total / target)
}

// byRatio is getUsageRatioReplicaCount: the ready pods times the ratio; from
// zero replicas the ratio itself, without tolerance.
func (h *HPASpec) byRatio(seen *HPASnapshot, ratio float64) (replicas int, ok bool) {
	if seen.Replicas == 0 {
		return hpaCeil(ratio), true
	}
	if h.tolerated(ratio) {
		return seen.Replicas, true
	}
	ready := 0
	for i := range seen.Pods {
		if seen.Pods[i].Phase == HPARunning && seen.Pods[i].Ready == HPAReady {
			ready++
		}
	}
	return hpaCeil(ratio * float64(ready)), len(seen.Pods) > 0
}

func (h *HPASpec) tolerated(ratio float64) bool {
	return 1-h.DownTolerance <= ratio && ratio <= 1+h.UpTolerance
}

// hpaCeil rounds up, and stays within the 32 bits of a replica count.
func hpaCeil(replicas float64) int {
	return int(math.Ceil(min(replicas, math.MaxInt32)))
}
