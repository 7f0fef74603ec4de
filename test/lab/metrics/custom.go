package metrics

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	corelisters "k8s.io/client-go/listers/core/v1"
	custommetrics "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
)

// The annotations by which a pod says that it is to be scraped, and where.
const (
	scrapeAnnotation = "prometheus.io/scrape" // "true"
	portAnnotation   = "prometheus.io/port"
	pathAnnotation   = "prometheus.io/path" // /metrics if missing
)

// custom reads the pods' own metrics.
type custom struct {
	pods corelisters.PodLister
	log  *slog.Logger

	mu   sync.Mutex
	seen map[types.UID]reading
}

// A reading is one scrape of a pod: gauges and the rates of counters, each the sum over its label sets.
type reading struct {
	time   time.Time
	window time.Duration // since the scrape before; 0 at the first
	gauges map[string]float64
	totals map[string]float64 // of counters
	rates  map[string]float64 // of counters, per second
}

func newCustom(pods corelisters.PodLister, log *slog.Logger) *custom {
	return &custom{pods: pods, log: log, seen: map[types.UID]reading{}}
}

// scrape reads all pods that ask for it side by side. One that does not answer has no metrics until it does.
func (c *custom) scrape(ctx context.Context) {
	pods, err := c.pods.List(labels.Everything())
	if err != nil {
		c.log.Warn("listing pods", "error", err)
		return
	}
	var (
		mu    sync.Mutex
		wait  sync.WaitGroup
		fresh = map[types.UID]reading{}
	)
	for _, pod := range pods {
		url := endpoint(pod)
		if url == "" {
			continue
		}
		wait.Go(func() {
			families, err := scrape(ctx, url)
			if err != nil {
				c.log.Debug("scraping a pod", "pod", pod.Namespace+"/"+pod.Name, "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			fresh[pod.UID] = read(families, time.Now())
		})
	}
	wait.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for uid, r := range fresh {
		r.compare(c.seen[uid])
		fresh[uid] = r
	}
	c.seen = fresh
}

// endpoint is a running pod's, or empty.
func endpoint(pod *corev1.Pod) string {
	port := pod.Annotations[portAnnotation]
	if pod.Annotations[scrapeAnnotation] != "true" || port == "" || pod.Status.Phase != corev1.PodRunning || pod.Status.PodIP == "" {
		return ""
	}
	path := pod.Annotations[pathAnnotation]
	if path == "" {
		path = "/metrics"
	}
	return "http://" + net.JoinHostPort(pod.Status.PodIP, port) + path
}

func read(families map[string]*dto.MetricFamily, now time.Time) reading {
	r := reading{time: now, gauges: map[string]float64{}, totals: map[string]float64{}, rates: map[string]float64{}}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			switch family.GetType() {
			case dto.MetricType_GAUGE:
				r.gauges[name] += m.GetGauge().GetValue()
			case dto.MetricType_UNTYPED:
				r.gauges[name] += m.GetUntyped().GetValue()
			case dto.MetricType_COUNTER:
				r.totals[name] += m.GetCounter().GetValue()
			}
		}
	}
	return r
}

// compare makes rates of the counters' growth. A counter that has fallen was started anew.
func (r *reading) compare(before reading) {
	if before.time.IsZero() {
		return
	}
	r.window = r.time.Sub(before.time)
	for name, total := range r.totals {
		if old, known := before.totals[name]; known && r.window > 0 {
			growth := total - old
			if growth < 0 {
				growth = total
			}
			r.rates[name] = growth / r.window.Seconds()
		}
	}
}

func (r reading) value(metric string) (float64, bool) {
	if v, ok := r.gauges[metric]; ok {
		return v, true
	}
	v, ok := r.rates[metric]
	return v, ok
}

// values returns a metric of the pods of a selector, or of one pod; pods without a reading are left out.
func (c *custom) values(namespace, name, metric string, selector labels.Selector) ([]custommetrics.MetricValue, error) {
	pods, err := c.pods.Pods(namespace).List(selector)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	items := []custommetrics.MetricValue{}
	for _, pod := range pods {
		r := c.seen[pod.UID]
		value, known := r.value(metric)
		if !known || name != "*" && name != pod.Name {
			continue
		}
		item := custommetrics.MetricValue{
			DescribedObject: corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name, APIVersion: "/v1"},
			Metric:          custommetrics.MetricIdentifier{Name: metric}, Timestamp: metav1.NewTime(r.time), Value: quantity(value),
		}
		if seconds := int64(r.window.Seconds()); seconds > 0 {
			item.WindowSeconds = &seconds
		}
		items = append(items, item)
	}
	return items, nil
}

// quantity keeps a thousandth.
func quantity(v float64) resource.Quantity {
	return *resource.NewMilliQuantity(int64(v*1000), resource.DecimalSI)
}

func (s *Server) getCustom(w http.ResponseWriter, r *http.Request) {
	selector, ok := selector(w, r, "labelSelector")
	if !ok {
		return
	}
	items, err := s.custom.values(r.PathValue("namespace"), r.PathValue("name"), r.PathValue("metric"), selector)
	switch {
	case err != nil:
		fail(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, err.Error())
	case len(items) == 0:
		fail(w, http.StatusNotFound, metav1.StatusReasonNotFound, "no pod has a metric "+r.PathValue("metric"))
	default:
		answer(w, custommetrics.MetricValueList{TypeMeta: metav1.TypeMeta{Kind: "MetricValueList", APIVersion: groupVersions[1].String()}, Items: items})
	}
}
