package knative

import (
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric/noop"
	"go.uber.org/zap"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"knative.dev/serving/pkg/apis/autoscaling"
	"knative.dev/serving/pkg/apis/autoscaling/v1alpha1"
	"knative.dev/serving/pkg/autoscaler/config"
	"knative.dev/serving/pkg/autoscaler/config/autoscalerconfig"
	"knative.dev/serving/pkg/autoscaler/metrics"
	"knative.dev/serving/pkg/autoscaler/scaling"
	kparesources "knative.dev/serving/pkg/reconciler/autoscaling/kpa/resources"
	"knative.dev/serving/pkg/reconciler/autoscaling/resources"
	podresources "knative.dev/serving/pkg/resources"
)

// An original is Knative's own autoscaler with its own metric collector. It must
// live in a synctest bubble: it reads the clock once, when it starts in panic.
type original struct {
	key       types.NamespacedName
	collector *metrics.MetricCollector
	scaler    scaling.UniScaler
	ready     *readyPods
	start     time.Time
	log       *zap.SugaredLogger
}

// readyPods stands in for the lister of a cluster's pods.
type readyPods struct {
	podresources.EndpointsCounter
	count int
}

func (r *readyPods) ReadyCount() (int, error) { return r.count, nil }

// newOriginal starts the autoscaler of a PodAutoscaler now, with that many pods ready.
func newOriginal(t *testing.T, pa *v1alpha1.PodAutoscaler, cfg *autoscalerconfig.Config, ready int) *original {
	t.Helper()
	log := zap.NewNop().Sugar()
	noScraper := func(*v1alpha1.Metric, *zap.SugaredLogger) (metrics.StatsScraper, error) { return nil, nil }
	o := &original{
		key:       types.NamespacedName{Namespace: pa.Namespace, Name: pa.Name},
		collector: metrics.NewMetricCollector(noScraper, log),
		ready:     &readyPods{count: ready},
		start:     time.Now(),
		log:       log,
	}
	if err := o.collector.CreateOrUpdate(resources.MakeMetric(pa, scrapeTarget(cfg), cfg)); err != nil {
		t.Fatal(err)
	}
	spec := kparesources.MakeDecider(pa, cfg).Spec
	o.scaler = scaling.New(*attribute.EmptySet(), noop.NewMeterProvider(), pa.Namespace, pa.Name, o.collector, o.ready, &spec)
	return o
}

// scrapeTarget is resolveScrapeTarget of pkg/reconciler/autoscaling/kpa: pods
// that are always behind the activator are not scraped.
func scrapeTarget(cfg *autoscalerconfig.Config) string {
	if cfg.TargetBurstCapacity == -1 {
		return ""
	}
	return "pods"
}

// record gives the sample to both metrics; the one that is not scaled by must not matter.
func (o *original) record(metric string, value float64, at time.Duration) {
	stat := metrics.Stat{AverageConcurrentRequests: value, RequestCount: value + 1}
	if metric == autoscaling.RPS {
		stat = metrics.Stat{AverageConcurrentRequests: value + 1, RequestCount: value}
	}
	o.collector.Record(o.key, o.start.Add(at), stat)
}

func (o *original) decide(ready int, at time.Duration) scaling.ScaleResult {
	o.ready.count = ready
	return o.scaler.Scale(o.log, o.start.Add(at))
}

func (o *original) stop() {
	o.collector.Delete(o.key.Namespace, o.key.Name)
}

// newPodAutoscaler returns the resource and the defaults of Knative's configuration.
func newPodAutoscaler(t *testing.T) (*v1alpha1.PodAutoscaler, *autoscalerconfig.Config) {
	t.Helper()
	cfg, err := config.NewConfigFromMap(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &v1alpha1.PodAutoscaler{ObjectMeta: metav1.ObjectMeta{
		Namespace: "models", Name: "model", Annotations: map[string]string{},
	}}, cfg
}
