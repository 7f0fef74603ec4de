package metrics

import (
	"encoding/json"
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	metricsv1beta1 "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// handler serves the three APIs by hand: they are a few GET requests, and a generic API server weighs
// more than the rest of the laboratory's dependencies.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})

	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1", s.list(0,
		metav1.APIResource{Name: "nodes", Kind: "NodeMetrics", Verbs: metav1.Verbs{"get", "list"}},
		metav1.APIResource{Name: "pods", Namespaced: true, Kind: "PodMetrics", Verbs: metav1.Verbs{"get", "list"}}))
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/nodes", s.getNodes)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/pods", s.getPods)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods", s.getPods)
	mux.HandleFunc("GET /apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods/{name}", s.getPod)

	mux.HandleFunc("GET /apis/custom.metrics.k8s.io/v1beta2", s.list(1,
		metav1.APIResource{Name: "pods/*", Namespaced: true, Kind: "MetricValueList", Verbs: metav1.Verbs{"get"}}))
	mux.HandleFunc("GET /apis/custom.metrics.k8s.io/v1beta2/namespaces/{namespace}/pods/{name}/{metric}", s.getCustom)

	mux.HandleFunc("GET /apis/external.metrics.k8s.io/v1beta1", s.list(2,
		metav1.APIResource{Name: "*", Namespaced: true, Kind: "ExternalMetricValueList", Verbs: metav1.Verbs{"get"}}))
	mux.HandleFunc("GET /apis/external.metrics.k8s.io/v1beta1/namespaces/{namespace}/{metric}", s.getExternal)

	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusNotFound, metav1.StatusReasonNotFound, "the server could not find the requested resource")
	})
	return mux
}

// list answers what an API holds.
func (s *Server) list(api int, resources ...metav1.APIResource) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		answer(w, metav1.APIResourceList{
			TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
			GroupVersion: groupVersions[api].String(), APIResources: resources,
		})
	}
}

func (s *Server) getNodes(w http.ResponseWriter, r *http.Request) {
	selector, ok := selector(w, r, "labelSelector")
	if !ok {
		return
	}
	items, err := s.resources.nodeMetrics(selector)
	if err != nil {
		fail(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, err.Error())
		return
	}
	answer(w, metricsv1beta1.NodeMetricsList{TypeMeta: typeMeta("NodeMetricsList"), Items: items})
}

func (s *Server) getPods(w http.ResponseWriter, r *http.Request) {
	selector, ok := selector(w, r, "labelSelector")
	if !ok {
		return
	}
	items, err := s.resources.podMetrics(r.PathValue("namespace"), selector)
	if err != nil {
		fail(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, err.Error())
		return
	}
	answer(w, metricsv1beta1.PodMetricsList{TypeMeta: typeMeta("PodMetricsList"), Items: items})
}

func (s *Server) getPod(w http.ResponseWriter, r *http.Request) {
	items, err := s.resources.podMetrics(r.PathValue("namespace"), labels.Everything())
	if err != nil {
		fail(w, http.StatusInternalServerError, metav1.StatusReasonInternalError, err.Error())
		return
	}
	for _, item := range items {
		if item.Name == r.PathValue("name") {
			item.TypeMeta = typeMeta("PodMetrics")
			answer(w, item)
			return
		}
	}
	fail(w, http.StatusNotFound, metav1.StatusReasonNotFound, "no metrics of pod "+r.PathValue("name"))
}

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{Kind: kind, APIVersion: groupVersions[0].String()}
}

// selector reads one from the query; it has answered when it returns false.
func selector(w http.ResponseWriter, r *http.Request, name string) (labels.Selector, bool) {
	s, err := labels.Parse(r.URL.Query().Get(name))
	if err != nil {
		fail(w, http.StatusBadRequest, metav1.StatusReasonBadRequest, name+": "+err.Error())
		return nil, false
	}
	return s, true
}

func answer(w http.ResponseWriter, object any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(object) // a client that has left needs no answer
}

// fail answers as an API server does.
func fail(w http.ResponseWriter, code int, reason metav1.StatusReason, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusFailure, Code: int32(code), Reason: reason, Message: message,
	})
}
