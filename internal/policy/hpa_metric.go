package policy

import "time"

// HPAMetric is one metric of an HPA and its target. Quantities are in
// thousandths (millicores of CPU, requests x 1000), as the Kubernetes
// controller counts them: it divides them as integers.
type HPAMetric struct {
	Kind HPAMetricKind
	// CPU says that a per-pod metric is the CPU resource, of which samples from pods that start do not count.
	CPU bool
	// Target is above 0: in percent for HPAUtilization, otherwise in thousandths.
	Target int64
}

// HPAMetricKind says what a metric's target is compared with.
type HPAMetricKind uint8

// The kinds of metric. The first two are read for each pod, the others once.
const (
	// HPAUtilization is a resource's use over the pods' requests of it (averageUtilization), of CPU or GPU.
	HPAUtilization HPAMetricKind = iota
	// HPAPodAverage is a resource's or a pod metric's mean over the pods (averageValue):
	// cores, requests in flight, queue length.
	HPAPodAverage
	// HPATotal is an object's or external metric (value): the replicas grow by its ratio to the target.
	HPATotal
	// HPATotalAverage is an object's or external metric shared among the pods (averageValue).
	HPATotalAverage
)

// HPASnapshot is what an HPA sees at a decision.
type HPASnapshot struct {
	// Replicas is the number asked for (spec.replicas), Created the pods that exist (status.replicas).
	Replicas, Created int
	// Pods are all pods of the target, deleted and failed ones included. Needed
	// unless all metrics are of the kind HPATotalAverage.
	Pods []HPAPod
	// Readings are parallel to HPASpec.Metrics.
	Readings []HPAReading
}

// HPAReading is one metric's value.
type HPAReading struct {
	// Unavailable says that the metric could not be read.
	Unavailable bool
	// Total is the value of HPATotal and HPATotalAverage, summed where the metric has several series.
	Total int64
	// Samples of the other kinds are parallel to HPASnapshot.Pods.
	Samples []HPASample
}

// HPASample is one pod's value of a metric, in thousandths.
type HPASample struct {
	// Missing says that there is no Value. The Request is needed all the same.
	Missing bool
	Value   int64
	// Request is what the pod requests of the resource, for HPAUtilization. A
	// pod that requests nothing makes the metric unavailable.
	Request int64
	// At is the end of the span of length Window that Value was measured over.
	At, Window time.Duration
}
