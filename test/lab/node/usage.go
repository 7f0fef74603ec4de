package node

import (
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"fulcrum.dev/fulcrum/test/lab/node/internal/container"
)

// The metrics of a kubelet's /metrics/resource that a metrics server reads.
var (
	containerLabels = []string{"container", "namespace", "pod"}
	containerCPU    = prometheus.NewDesc("container_cpu_usage_seconds_total", "Cumulative cpu time consumed by the container in core-seconds", containerLabels, nil)
	containerMemory = prometheus.NewDesc("container_memory_working_set_bytes", "Current working set of the container in bytes", containerLabels, nil)
	containerStart  = prometheus.NewDesc("container_start_time_seconds", "Start time of the container since unix epoch in seconds", containerLabels, nil)
	nodeCPU         = prometheus.NewDesc("node_cpu_usage_seconds_total", "Cumulative cpu time consumed by the node in core-seconds", nil, nil)
	nodeMemory      = prometheus.NewDesc("node_memory_working_set_bytes", "Current working set of the node in bytes", nil, nil)
)

// usageCollector reads the usage of the node's containers when it is asked for. The node's own is their sum, since
// the machine is shared; of containers that have ended it counts nothing.
type usageCollector struct{ node *Node }

// Describe implements prometheus.Collector.
func (usageCollector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{containerCPU, containerMemory, containerStart, nodeCPU, nodeMemory} {
		descriptions <- d
	}
}

// Collect implements prometheus.Collector.
func (u usageCollector) Collect(metrics chan<- prometheus.Metric) {
	reading, err := container.ReadUsage()
	if err != nil {
		metrics <- prometheus.NewInvalidMetric(nodeCPU, err)
		return
	}
	var total container.Usage
	for _, p := range u.node.list() {
		for name, process := range p.processes() {
			used, running := reading.Of(process)
			if !running {
				continue
			}
			total.CPU += used.CPU
			total.Memory += used.Memory
			labels := []string{name, p.object.Namespace, p.object.Name}
			metrics <- at(reading, containerCPU, prometheus.CounterValue, used.CPU.Seconds(), labels...)
			metrics <- at(reading, containerMemory, prometheus.GaugeValue, float64(used.Memory), labels...)
			metrics <- prometheus.MustNewConstMetric(containerStart, prometheus.GaugeValue, float64(process.Started().UnixMilli())/1000, labels...)
		}
	}
	metrics <- at(reading, nodeCPU, prometheus.CounterValue, total.CPU.Seconds())
	metrics <- at(reading, nodeMemory, prometheus.GaugeValue, float64(total.Memory))
}

// at is a metric with the time of its reading.
func at(r container.Reading, d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) prometheus.Metric {
	return prometheus.NewMetricWithTimestamp(r.Time, prometheus.MustNewConstMetric(d, kind, value, labels...))
}

// processes returns those that run, by the container's name.
func (p *pod) processes() map[string]*container.Container {
	p.mu.Lock()
	defer p.mu.Unlock()
	running := map[string]*container.Container{}
	for _, c := range slices.Concat(p.inits, p.mains) {
		if c.process != nil {
			running[c.spec.Name] = c.process
		}
	}
	return running
}
