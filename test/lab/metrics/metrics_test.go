package metrics

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// TestUsage: CPU is the growth between two readings of one run of a container.
func TestUsage(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(1000+int64(s), 0) }
	begin := map[string]samples{}
	first := advance(begin, map[string]sample{"a": {time: at(0), start: at(-5), cpu: 10}, "b": {time: at(0), start: at(-5), cpu: 10}})
	if _, _, ok := first["a"].usage(); ok {
		t.Error("usage of one reading")
	}
	second := advance(first, map[string]sample{
		"a": {time: at(4), start: at(-5), cpu: 12, memory: 1 << 20},
		"b": {time: at(4), start: at(2), cpu: 1}, // started anew
	})
	usage, window, ok := second["a"].usage()
	if cpu := usage[corev1.ResourceCPU]; !ok || cpu.MilliValue() != 500 || window != 4*time.Second {
		t.Errorf("2 core-seconds in 4 s: %v in %v", cpu.String(), window)
	}
	if memory := usage[corev1.ResourceMemory]; memory.String() != "1Mi" {
		t.Errorf("memory %v", memory.String())
	}
	if _, _, ok := second["b"].usage(); ok {
		t.Error("usage over a restart")
	}
	if third := advance(second, nil); len(third) != 0 {
		t.Error("a container that is gone is remembered")
	}
}

// TestRead: gauges are summed over their labels, counters become rates, and one that falls was started anew.
func TestRead(t *testing.T) {
	text := "# TYPE in_flight gauge\nin_flight{m=\"a\"} 2\nin_flight{m=\"b\"} 3\n# TYPE requests_total counter\nrequests_total "
	count := "10"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(text + count + "\n"))
	}))
	defer server.Close()
	now := time.Unix(1000, 0)
	var last reading
	for _, step := range []struct {
		count string
		rate  float64
		known bool
	}{{"10", 0, false}, {"30", 10, true}, {"4", 2, true}} {
		count = step.count
		families, err := scrape(t.Context(), server.URL)
		if err != nil {
			t.Fatal(err)
		}
		r := read(families, now)
		r.compare(last)
		if v, ok := r.value("in_flight"); !ok || v != 5 {
			t.Errorf("gauge %v, %v", v, ok)
		}
		if v, ok := r.value("requests_total"); ok != step.known || v != step.rate {
			t.Errorf("rate at %s: %v, %v, want %v", step.count, v, ok, step.rate)
		}
		last, now = r, now.Add(2*time.Second)
	}
	text = "no metrics at all {"
	if _, err := scrape(t.Context(), server.URL); err == nil {
		t.Error("text that is no exposition was taken")
	}
}

func TestEndpoint(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{scrapeAnnotation: "true", portAnnotation: "8080"}}}
	pod.Status.Phase, pod.Status.PodIP = corev1.PodRunning, "10.244.1.2"
	if got := endpoint(pod); got != "http://10.244.1.2:8080/metrics" {
		t.Errorf("endpoint %q", got)
	}
	for key, value := range map[string]string{scrapeAnnotation: "false", portAnnotation: ""} {
		other := pod.DeepCopy()
		other.Annotations = maps.Clone(pod.Annotations)
		other.Annotations[key] = value
		if got := endpoint(other); got != "" {
			t.Errorf("%s=%q: endpoint %q", key, value, got)
		}
	}
}

// TestErrors: what clients get that ask for what is not there.
func TestErrors(t *testing.T) {
	s := &Server{external: newExternal()}
	s.external.Set("queue", map[string]string{"name": "a"}, 3)
	for path, want := range map[string]int{
		"/apis/external.metrics.k8s.io/v1beta1/namespaces/d/queue":                          http.StatusOK,
		"/apis/external.metrics.k8s.io/v1beta1/namespaces/d/queue?labelSelector=name%3Da":   http.StatusOK,
		"/apis/external.metrics.k8s.io/v1beta1/namespaces/d/queue?labelSelector=name%3Db":   http.StatusNotFound,
		"/apis/external.metrics.k8s.io/v1beta1/namespaces/d/other":                          http.StatusNotFound,
		"/apis/external.metrics.k8s.io/v1beta1/namespaces/d/queue?labelSelector=%3D%3D%3Da": http.StatusBadRequest,
		"/apis/external.metrics.k8s.io/v1beta1":                                             http.StatusOK,
		"/elsewhere":                                                                        http.StatusNotFound,
	} {
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: status %d, want %d: %s", path, w.Code, want, w.Body)
		}
	}
	if got := s.external.values("queue", labels.Everything()); len(got) != 1 || got[0].Value.String() != "3" {
		t.Errorf("values %+v", got)
	}
}
