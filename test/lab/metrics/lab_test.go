package metrics_test

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/metrics"
	"fulcrum.dev/fulcrum/test/lab/testserver"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// serve starts the metrics APIs on one of the machines of the sandbox.
func serve(l *labtest.Lab) *metrics.Server {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.Context(), 30*time.Second)
	defer cancel()
	s, err := metrics.Start(ctx, l.Cluster.Config, metrics.Options{
		Address: netip.MustParseAddr("10.240.0.9"), ResourcePeriod: time.Second, CustomPeriod: time.Second,
	})
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(s.Stop)
	return s
}

// autoscale makes an HPA from 1 to 3 replicas on one metric, and one ready replica for it.
func autoscale(l *labtest.Lab, metric autoscalingv2.MetricSpec) {
	l.Helper()
	server := labtest.Server()
	server.Resources.Requests = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m")}
	pod := labtest.Pod("model", server)
	pod.Annotations = map[string]string{"prometheus.io/scrape": "true", "prometheus.io/port": strconv.Itoa(testserver.Port)}
	l.Deploy(1, pod)
	l.UntilReplicas("model", 1)
	one := int32(1)
	_, err := l.Client.AutoscalingV2().HorizontalPodAutoscalers(l.Namespace).Create(l.Context(), &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "model"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "model"},
			MinReplicas:    &one, MaxReplicas: 3, Metrics: []autoscalingv2.MetricSpec{metric},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		l.Fatal(err)
	}
}

// load calls a pod's path again and again with so many callers at once. The function that it returns ends that.
func load(l *labtest.Lab, path string, callers int) (stop func()) {
	l.Helper()
	pods := l.Pods("model")
	ctx, cancel := context.WithCancel(l.Context())
	var wait sync.WaitGroup
	for range callers {
		wait.Go(func() {
			for ctx.Err() == nil {
				// The pod goes away when the load ends.
				if _, err := labtest.Get(ctx, labtest.URL(&pods[0], path)); err != nil && ctx.Err() == nil {
					l.Log("load:", err)
					return
				}
			}
		})
	}
	return func() {
		cancel()
		wait.Wait()
	}
}

func value(text string) *resource.Quantity {
	q := resource.MustParse(text)
	return &q
}

// TestCPU: a busy pod scales the Deployment up, an idle one down.
func TestCPU(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	serve(l)
	half := int32(50) // percent of the request of 100 m
	autoscale(l, autoscalingv2.MetricSpec{Type: autoscalingv2.ResourceMetricSourceType, Resource: &autoscalingv2.ResourceMetricSource{
		Name: corev1.ResourceCPU, Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: &half},
	}})
	stop := load(l, "/burn?n=500", 1)
	l.UntilReplicas("model", 3)
	stop()
	l.UntilReplicas("model", 1)
}

// TestRequestsInFlight: the HPA divides the pods' gauges among them.
func TestRequestsInFlight(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	serve(l)
	autoscale(l, autoscalingv2.MetricSpec{Type: autoscalingv2.PodsMetricSourceType, Pods: &autoscalingv2.PodsMetricSource{
		Metric: autoscalingv2.MetricIdentifier{Name: "requests_in_flight"},
		Target: autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: value("4")},
	}})
	stop := load(l, "/infer?n=60000", 8)
	l.UntilReplicas("model", 2)
	stop()
	l.UntilReplicas("model", 1)
}

// TestQueueLength: three replicas for a queue of more than two shares, one for an empty one; and no decision
// while there is no such number.
func TestQueueLength(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	s := serve(l)
	autoscale(l, autoscalingv2.MetricSpec{Type: autoscalingv2.ExternalMetricSourceType, External: &autoscalingv2.ExternalMetricSource{
		Metric: autoscalingv2.MetricIdentifier{Name: "queue_length", Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"queue": "jobs"}}},
		Target: autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: value("10")},
	}})
	s.External().Set("queue_length", map[string]string{"queue": "others"}, 1000)
	active(l, autoscalingv2.ScalingActive, corev1.ConditionFalse)
	s.External().Set("queue_length", map[string]string{"queue": "jobs"}, 25)
	l.UntilReplicas("model", 3)
	s.External().Set("queue_length", map[string]string{"queue": "jobs"}, 0)
	l.UntilReplicas("model", 1)
	s.External().Remove("queue_length")
	active(l, autoscalingv2.ScalingActive, corev1.ConditionFalse)
}

// active waits for a condition of the HPA.
func active(l *labtest.Lab, kind autoscalingv2.HorizontalPodAutoscalerConditionType, want corev1.ConditionStatus) {
	l.Helper()
	l.Until(fmt.Sprint(kind, " is ", want), func(ctx context.Context) (bool, error) {
		h, err := l.Client.AutoscalingV2().HorizontalPodAutoscalers(l.Namespace).Get(ctx, "model", metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, c := range h.Status.Conditions {
			if c.Type == kind && c.Status == want {
				return true, nil
			}
		}
		return false, fmt.Errorf("conditions %+v", h.Status.Conditions)
	})
}
