package hpa

import "time"

// Metric is one metric of an HPA and its target. Quantities are in
// thousandths (millicores of CPU, requests x 1000), as the Kubernetes
// controller counts them: it divides them as integers.
type Metric struct {
	Kind MetricKind
	// CPU says that a per-pod metric is the CPU resource, of which samples from pods that start do not count.
	CPU bool
	// Target is above 0: in percent for Utilization, otherwise in thousandths.
	Target int64
}

// MetricKind says what a metric's target is compared with.
type MetricKind uint8

// The kinds of metric. The first two are read for each pod, the others once.
const (
	// Utilization is a resource's use over the pods' requests of it (averageUtilization), of CPU or GPU.
	Utilization MetricKind = iota
	// PodAverage is a resource's or a pod metric's mean over the pods (averageValue):
	// cores, requests in flight, queue length.
	PodAverage
	// Total is an object's or external metric (value): the replicas grow by its ratio to the target.
	Total
	// TotalAverage is an object's or external metric shared among the pods (averageValue).
	TotalAverage
)

// Snapshot is what an HPA sees at a decision.
type Snapshot struct {
	// Replicas is the number asked for (spec.replicas), Created the pods that exist (status.replicas).
	Replicas, Created int
	// Pods are all pods of the target, deleted and failed ones included. Needed
	// unless all metrics are of the kind TotalAverage.
	Pods []Pod
	// Readings are parallel to Spec.Metrics.
	Readings []Reading
}

// Reading is one metric's value.
type Reading struct {
	// Unavailable says that the metric could not be read.
	Unavailable bool
	// Total is the value of Total and TotalAverage, summed where the metric has several series.
	Total int64
	// Samples of the other kinds are parallel to Snapshot.Pods.
	Samples []Sample
}

// Sample is one pod's value of a metric, in thousandths.
type Sample struct {
	// Missing says that there is no Value. The Request is needed all the same.
	Missing bool
	Value   int64
	// Request is what the pod requests of the resource, for Utilization. A
	// pod that requests nothing makes the metric unavailable.
	Request int64
	// At is the end of the span of length Window that Value was measured over.
	At, Window time.Duration
}
