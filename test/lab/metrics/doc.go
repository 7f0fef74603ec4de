// Package metrics serves the three metrics APIs that a HorizontalPodAutoscaler reads: resource metrics (CPU and
// memory, from the nodes' kubelet endpoints), custom metrics (gauges and rates of counters that pods publish at their
// Prometheus endpoint) and external metrics (numbers of the outside, such as the length of a queue).
//
// A connection to the API server, an address to listen on and periods go in; registered and available aggregated APIs
// come out. Start with Start, which is metrics-server, prometheus-adapter and an external adapter in one.
package metrics
