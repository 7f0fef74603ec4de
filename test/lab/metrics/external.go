package metrics

import (
	"maps"
	"net/http"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	externalmetrics "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
)

// External holds numbers from outside of the cluster, such as the length of a queue. They are the same in every namespace.
type External struct {
	mu     sync.Mutex
	series map[string]map[string]point // by metric, then by labels
}

type point struct {
	labels labels.Set
	value  float64
	time   time.Time
}

func newExternal() *External { return &External{series: map[string]map[string]point{}} }

// Set gives a metric's value under these labels, as of now.
func (e *External) Set(metric string, set map[string]string, value float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.series[metric] == nil {
		e.series[metric] = map[string]point{}
	}
	e.series[metric][labels.Set(set).String()] = point{labels: maps.Clone(set), value: value, time: time.Now()}
}

// Remove takes a metric away: the API then answers that there is none.
func (e *External) Remove(metric string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.series, metric)
}

func (e *External) values(metric string, selector labels.Selector) []externalmetrics.ExternalMetricValue {
	e.mu.Lock()
	defer e.mu.Unlock()
	var items []externalmetrics.ExternalMetricValue
	for _, p := range e.series[metric] {
		if selector.Matches(p.labels) {
			items = append(items, externalmetrics.ExternalMetricValue{
				MetricName: metric, MetricLabels: p.labels, Timestamp: metav1.NewTime(p.time), Value: quantity(p.value),
			})
		}
	}
	return items
}

func (s *Server) getExternal(w http.ResponseWriter, r *http.Request) {
	selector, ok := selector(w, r, "labelSelector")
	if !ok {
		return
	}
	items := s.external.values(r.PathValue("metric"), selector)
	if len(items) == 0 {
		fail(w, http.StatusNotFound, metav1.StatusReasonNotFound, "no external metric "+r.PathValue("metric")+" with these labels")
		return
	}
	answer(w, externalmetrics.ExternalMetricValueList{TypeMeta: metav1.TypeMeta{Kind: "ExternalMetricValueList", APIVersion: groupVersions[2].String()}, Items: items})
}
