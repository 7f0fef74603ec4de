package metrics

import (
	"net/http"
	"net/http/httptest"
	"testing"

	corev1 "k8s.io/api/core/v1"
	custommetrics "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
)

func TestObserved(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.SetPathValue("namespace", "here")
	r.SetPathValue("metric", "in_flight")
	r.Header.Set("X-Remote-User", HPAUser)
	item := func(pod string, value float64) custommetrics.MetricValue {
		return custommetrics.MetricValue{DescribedObject: corev1.ObjectReference{Name: pod}, Value: quantity(value)}
	}
	got := observed(r, []custommetrics.MetricValue{item("a", 2.5), item("b", 0)})
	if got.User != HPAUser || got.Namespace != "here" || got.Metric != "in_flight" || got.Time.IsZero() {
		t.Errorf("%+v", got)
	}
	if b, there := got.Values["b"]; len(got.Values) != 2 || got.Values["a"] != 2500 || !there || b != 0 {
		t.Errorf("values %v, want a: 2500, b: 0", got.Values)
	}
}
