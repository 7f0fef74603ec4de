package metrics

import (
	"net/http"
	"time"

	custommetrics "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
)

// HPAUser is who reads metrics when the HorizontalPodAutoscaler's controller does.
const HPAUser = "system:serviceaccount:kube-system:horizontal-pod-autoscaler"

// A Read is one answer of the custom metrics API.
type Read struct {
	Time              time.Time
	User              string // as the API server says in X-Remote-User
	Namespace, Metric string
	Values            map[string]int64 // in thousandths, by pod; none if the answer is an error
}

func observed(r *http.Request, items []custommetrics.MetricValue) Read {
	read := Read{
		Time: time.Now(), User: r.Header.Get("X-Remote-User"),
		Namespace: r.PathValue("namespace"), Metric: r.PathValue("metric"), Values: map[string]int64{},
	}
	for _, item := range items {
		read.Values[item.DescribedObject.Name] = item.Value.MilliValue()
	}
	return read
}
