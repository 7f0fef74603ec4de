package metrics

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	corelisters "k8s.io/client-go/listers/core/v1"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// resources reads what containers use from their nodes, as metrics-server does: CPU is the rate between the last two
// readings, so that a container is seen from its second one on.
type resources struct {
	pods  corelisters.PodLister
	nodes corelisters.NodeLister
	log   *slog.Logger

	mu         sync.Mutex
	containers map[container]samples
	machines   map[string]samples
}

// container names one by namespace, pod and itself.
type container struct{ namespace, pod, name string }

// A sample is one reading.
type sample struct {
	time, start time.Time
	cpu         float64 // core-seconds since the start
	memory      float64 // bytes
}

// samples are the last two readings, of which the first may be missing.
type samples struct{ before, last sample }

func newResources(pods corelisters.PodLister, nodes corelisters.NodeLister, log *slog.Logger) *resources {
	return &resources{pods: pods, nodes: nodes, log: log, containers: map[container]samples{}, machines: map[string]samples{}}
}

// scrape reads all nodes side by side. A node that does not answer keeps no readings.
func (r *resources) scrape(ctx context.Context) {
	nodes, err := r.nodes.List(labels.Everything())
	if err != nil {
		r.log.Warn("listing nodes", "error", err)
		return
	}
	containers, machines := map[container]sample{}, map[string]sample{}
	var (
		mu   sync.Mutex
		wait sync.WaitGroup
	)
	for _, n := range nodes {
		wait.Go(func() {
			families, err := scrape(ctx, kubelet(n)+"/metrics/resource")
			if err != nil {
				r.log.Debug("reading a node's usage", "node", n.Name, "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			machines[n.Name] = collect(families, containers)
		})
	}
	wait.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.containers, r.machines = advance(r.containers, containers), advance(r.machines, machines)
}

// kubelet is the URL of a node's endpoint.
func kubelet(n *corev1.Node) string {
	for _, a := range n.Status.Addresses {
		if a.Type == corev1.NodeInternalIP {
			return "https://" + net.JoinHostPort(a.Address, strconv.Itoa(int(n.Status.DaemonEndpoints.KubeletEndpoint.Port)))
		}
	}
	return "https://" + n.Name
}

// collect takes the readings of a node's containers, and returns the node's own.
func collect(families map[string]*dto.MetricFamily, containers map[container]sample) sample {
	each := func(family string, set func(s *sample, m *dto.Metric)) {
		for _, m := range families[family].GetMetric() {
			l := labelsOf(m)
			key := container{l["namespace"], l["pod"], l["container"]}
			s := containers[key]
			set(&s, m)
			containers[key] = s
		}
	}
	each("container_cpu_usage_seconds_total", func(s *sample, m *dto.Metric) {
		s.cpu, s.time = m.GetCounter().GetValue(), time.UnixMilli(m.GetTimestampMs())
	})
	each("container_memory_working_set_bytes", func(s *sample, m *dto.Metric) { s.memory = m.GetGauge().GetValue() })
	each("container_start_time_seconds", func(s *sample, m *dto.Metric) {
		s.start = time.UnixMilli(int64(m.GetGauge().GetValue() * 1000))
	})
	var machine sample
	for _, m := range families["node_cpu_usage_seconds_total"].GetMetric() {
		machine.cpu, machine.time = m.GetCounter().GetValue(), time.UnixMilli(m.GetTimestampMs())
	}
	for _, m := range families["node_memory_working_set_bytes"].GetMetric() {
		machine.memory = m.GetGauge().GetValue()
	}
	return machine
}

// advance makes the new readings the last ones. A container that was started anew has none before.
func advance[K comparable](old map[K]samples, fresh map[K]sample) map[K]samples {
	next := make(map[K]samples, len(fresh))
	for key, last := range fresh {
		s := samples{last: last}
		if before := old[key].last; before.start.Equal(last.start) && before.cpu <= last.cpu {
			s.before = before
		}
		next[key] = s
	}
	return next
}

// usage returns the CPU of the time between the readings, and that time. It is false with one reading only.
func (s samples) usage() (corev1.ResourceList, time.Duration, bool) {
	window := s.last.time.Sub(s.before.time)
	if s.before.time.IsZero() || window <= 0 {
		return nil, 0, false
	}
	nanocores := (s.last.cpu - s.before.cpu) / window.Seconds() * 1e9
	return corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewScaledQuantity(int64(nanocores), resource.Nano),
		corev1.ResourceMemory: *resource.NewQuantity(int64(s.last.memory), resource.BinarySI),
	}, window, true
}

// podMetrics returns those of running pods whose containers all have two readings. An empty namespace means all.
func (r *resources) podMetrics(namespace string, selector labels.Selector) ([]metricsv1beta1.PodMetrics, error) {
	pods, err := r.pods.Pods(namespace).List(selector)
	if err != nil {
		return nil, fmt.Errorf("listing pods: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []metricsv1beta1.PodMetrics{}
	for _, pod := range pods {
		if m, ok := r.podMetric(pod); ok && pod.Status.Phase == corev1.PodRunning {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b metricsv1beta1.PodMetrics) int {
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	return list, nil
}

func (r *resources) podMetric(pod *corev1.Pod) (metricsv1beta1.PodMetrics, bool) {
	m := metricsv1beta1.PodMetrics{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace, Labels: pod.Labels}}
	for _, c := range pod.Spec.Containers {
		s := r.containers[container{pod.Namespace, pod.Name, c.Name}]
		usage, window, ok := s.usage()
		if !ok {
			return m, false
		}
		m.Containers = append(m.Containers, metricsv1beta1.ContainerMetrics{Name: c.Name, Usage: usage})
		m.Timestamp, m.Window = metav1.NewTime(s.last.time), metav1.Duration{Duration: window}
	}
	return m, len(m.Containers) > 0
}

func (r *resources) nodeMetrics(selector labels.Selector) ([]metricsv1beta1.NodeMetrics, error) {
	nodes, err := r.nodes.List(selector)
	if err != nil {
		return nil, fmt.Errorf("listing nodes: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []metricsv1beta1.NodeMetrics{}
	for _, n := range nodes {
		s := r.machines[n.Name]
		if usage, window, ok := s.usage(); ok {
			list = append(list, metricsv1beta1.NodeMetrics{
				ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: n.Labels},
				Timestamp:  metav1.NewTime(s.last.time), Window: metav1.Duration{Duration: window}, Usage: usage,
			})
		}
	}
	return list, nil
}
