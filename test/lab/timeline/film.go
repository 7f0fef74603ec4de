package timeline

import (
	"errors"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// A film shows the namespace as it was at any time of the record.
type film struct {
	spec   *hpa.Spec
	events []Event
	start  time.Time
}

func newFilm(events []Event) (*film, error) {
	for _, e := range events {
		if e.Settings != nil {
			spec, err := e.Settings.policy()
			return &film{spec: spec, events: events, start: events[0].Time}, err
		}
	}
	return nil, errors.New("the timeline has no settings; it was recorded without an autoscaler")
}

// pods are those of a time, by name.
func (f *film) pods(at time.Time) map[string]*Pod {
	pods := map[string]*Pod{}
	for _, e := range f.events {
		if e.Time.After(at) {
			break
		}
		if e.Pod != nil {
			pods[e.Pod.Name] = e.Pod
		}
	}
	maps.DeleteFunc(pods, func(_ string, p *Pod) bool { return p.Gone })
	return pods
}

// replicas are those asked for before a time; 0 before the first event of them.
func (f *film) replicas(before time.Time) int {
	n := 0
	for _, e := range f.events {
		if !e.Time.Before(before) {
			break
		}
		if e.Replicas != nil {
			n = *e.Replicas
		}
	}
	return n
}

// metric is the last answer at or before a time, of any caller; nil if there was none.
func (f *film) metric(at time.Time) *Metric {
	var m *Metric
	for _, e := range f.events {
		if e.Time.After(at) {
			break
		}
		if e.Metric != nil {
			m = e.Metric
		}
	}
	return m
}

// snapshot is what the autoscaler sees of a metric and of pods.
func (f *film) snapshot(replicas int, m *Metric, pods map[string]*Pod) *hpa.Snapshot {
	seen := &hpa.Snapshot{Replicas: replicas, Readings: make([]hpa.Reading, 1)}
	r := &seen.Readings[0]
	r.Unavailable = m == nil || len(m.Values) == 0
	for _, name := range slices.Sorted(maps.Keys(pods)) {
		p := pods[name]
		seen.Pods = append(seen.Pods, f.pod(p))
		if !p.Deleting {
			seen.Created++
		}
		sample := hpa.Sample{Missing: true}
		if m != nil {
			if value, there := m.Values[name]; there {
				sample.Missing, sample.Value = false, value
			}
		}
		r.Samples = append(r.Samples, sample)
	}
	return seen
}

func (f *film) pod(p *Pod) hpa.Pod {
	out := hpa.Pod{Deleting: p.Deleting, Unstarted: p.Started == nil}
	switch p.Phase {
	case corev1.PodRunning:
		out.Phase = hpa.Running
	case corev1.PodPending:
		out.Phase = hpa.Pending
	case corev1.PodFailed:
		out.Phase = hpa.Failed
	default:
		out.Phase = hpa.OtherPhase
	}
	switch p.Ready {
	case corev1.ConditionTrue:
		out.Ready = hpa.Ready
	case corev1.ConditionFalse:
		out.Ready = hpa.NotReady
	case corev1.ConditionUnknown:
		out.Ready = hpa.ReadinessUnknown
	default:
		out.Ready = hpa.NoReadiness
	}
	if p.Started != nil {
		out.Started = p.Started.Sub(f.start)
	}
	if p.Since != nil {
		out.Since = p.Since.Sub(f.start)
	}
	return out
}
