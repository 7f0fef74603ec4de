package kubernetes

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	scaling "k8s.io/api/autoscaling/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	hpaclient "k8s.io/client-go/kubernetes/typed/autoscaling/v2"
	eventclient "k8s.io/client-go/kubernetes/typed/core/v1"
	podlisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/scale"
	podmetrics "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// cluster is the targets by the number in their namespace's name.
type cluster []*target

func (c cluster) of(namespace string) *target {
	i, err := strconv.Atoi(strings.TrimPrefix(namespace, "n"))
	if err != nil {
		panic(err)
	}
	return c[i]
}

// Scales makes the cluster the client of the scale subresource.
func (c cluster) Scales(namespace string) scale.ScaleInterface {
	return scaleOf{target: c.of(namespace)}
}

type scaleOf struct {
	scale.ScaleInterface
	target *target
}

func (s scaleOf) Get(context.Context, schema.GroupResource, string, meta.GetOptions) (*scaling.Scale, error) {
	s.target.synced = true
	return &scaling.Scale{
		Spec:   scaling.ScaleSpec{Replicas: int32(s.target.seen.Replicas)},
		Status: scaling.ScaleStatus{Replicas: int32(s.target.seen.Created), Selector: "app=target"},
	}, nil
}

func (s scaleOf) Update(_ context.Context, _ schema.GroupResource, asked *scaling.Scale, _ meta.UpdateOptions) (*scaling.Scale, error) {
	s.target.asked = int(asked.Spec.Replicas)
	return asked, nil
}

type podsOf struct {
	podlisters.PodNamespaceLister
	target *target
}

func (p podsOf) List(labels.Selector) ([]*core.Pod, error) { return p.target.pods, nil }

// metrics serves the targets' readings.
type metrics struct{ cluster cluster }

var errUnavailable = errors.New("the metric cannot be read")

// reading finds the reading of the first metric that is the one asked for.
func (m metrics) reading(namespace string, is func(autoscaling.MetricSpec) bool) (*target, *hpa.Reading, error) {
	t := m.cluster.of(namespace)
	for i, spec := range t.theirs.Spec.Metrics {
		if is(spec) {
			r := &t.seen.Readings[i]
			if r.Unavailable {
				return t, r, errUnavailable
			}
			return t, r, nil
		}
	}
	panic("a metric is asked for that the HPA does not have")
}

func (m metrics) pods(namespace string, is func(autoscaling.MetricSpec) bool) (podmetrics.PodMetricsInfo, time.Time, error) {
	t, r, err := m.reading(namespace, is)
	if err != nil {
		return nil, time.Time{}, err
	}
	info := podmetrics.PodMetricsInfo{}
	for i, s := range r.Samples {
		if !s.Missing {
			info[t.pods[i].Name] = podmetrics.PodMetric{Timestamp: epoch.Add(s.At), Window: s.Window, Value: s.Value}
		}
	}
	return info, time.Now(), nil
}

func (m metrics) GetResourceMetric(
	_ context.Context, name core.ResourceName, namespace string, _ labels.Selector, _ string,
) (podmetrics.PodMetricsInfo, time.Time, error) {
	return m.pods(namespace, func(s autoscaling.MetricSpec) bool { return s.Resource != nil && s.Resource.Name == name })
}

func (m metrics) GetRawMetric(_, namespace string, _, _ labels.Selector) (podmetrics.PodMetricsInfo, time.Time, error) {
	return m.pods(namespace, func(s autoscaling.MetricSpec) bool { return s.Pods != nil })
}

func (m metrics) GetObjectMetric(_, namespace string, _ *autoscaling.CrossVersionObjectReference, _ labels.Selector) (int64, time.Time, error) {
	_, r, err := m.reading(namespace, func(s autoscaling.MetricSpec) bool { return s.Object != nil })
	return r.Total, time.Now(), err
}

// GetExternalMetric returns the total as two series.
func (m metrics) GetExternalMetric(_, namespace string, _ labels.Selector) ([]int64, time.Time, error) {
	_, r, err := m.reading(namespace, func(s autoscaling.MetricSpec) bool { return s.External != nil })
	return []int64{r.Total / 3, r.Total - r.Total/3}, time.Now(), err
}

// hpaStatus and events swallow what the controller reports.
type hpaStatus struct {
	hpaclient.HorizontalPodAutoscalerInterface
}

func (s hpaStatus) HorizontalPodAutoscalers(string) hpaclient.HorizontalPodAutoscalerInterface {
	return s
}

func (hpaStatus) UpdateStatus(
	_ context.Context, h *autoscaling.HorizontalPodAutoscaler, _ meta.UpdateOptions,
) (*autoscaling.HorizontalPodAutoscaler, error) {
	return h, nil
}

type events struct{ eventclient.EventInterface }

func (e events) Events(string) eventclient.EventInterface { return e }

func (events) CreateWithEventNamespace(e *core.Event) (*core.Event, error) { return e, nil }

func (events) UpdateWithEventNamespace(e *core.Event) (*core.Event, error) { return e, nil }

func (events) PatchWithEventNamespace(e *core.Event, _ []byte) (*core.Event, error) { return e, nil }
