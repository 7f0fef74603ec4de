package kubernetes

import (
	"fmt"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// epoch is when a bubble of testing/synctest begins; our times count from it.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// change draws what both see at the sync: now and then other replicas, and
// always other pods and readings.
func (t *target) change(sync time.Time) {
	t.synced = false
	if t.chance(10) {
		t.seen.Replicas = t.between(0, t.ours.Max+2)
	}
	t.asked = t.seen.Replicas
	t.seen.Created = max(0, t.seen.Replicas+t.between(-2, 2))
	if t.chance(70) {
		t.seen.Created = t.seen.Replicas
	}
	t.seen.Pods, t.pods = nil, nil
	quiet := t.chance(40) // pods that are all well
	for i := range t.seen.Created {
		t.addPod(fmt.Sprintf("p%d", i), quiet, sync)
	}
	t.read(quiet, sync)
}

func (t *target) addPod(name string, quiet bool, sync time.Time) {
	started := sync.Add(-t.seconds(420))
	since := started.Add(t.seconds(60))
	if quiet {
		started, since = sync.Add(-time.Hour), sync.Add(-time.Hour)
	}
	ours := hpa.Pod{Started: started.Sub(epoch), Since: since.Sub(epoch)}
	theirs := &core.Pod{
		ObjectMeta: meta.ObjectMeta{Namespace: t.namespace, Name: name, Labels: map[string]string{"app": "target"}},
		Spec:       core.PodSpec{Containers: []core.Container{{Name: "server"}}},
		Status:     core.PodStatus{Phase: core.PodRunning, StartTime: &meta.Time{Time: started}},
	}
	condition := core.PodCondition{Type: core.PodReady, Status: core.ConditionTrue, LastTransitionTime: meta.Time{Time: since}}
	if !quiet {
		t.spoil(&ours, theirs, &condition)
	}
	if ours.Ready != hpa.NoReadiness {
		theirs.Status.Conditions = []core.PodCondition{condition}
	}
	t.seen.Pods, t.pods = append(t.seen.Pods, ours), append(t.pods, theirs)
}

// spoil makes some pods something else than running and ready.
func (t *target) spoil(ours *hpa.Pod, theirs *core.Pod, condition *core.PodCondition) {
	switch t.between(0, 19) {
	case 0:
		ours.Deleting, theirs.DeletionTimestamp = true, &meta.Time{Time: epoch}
	case 1:
		ours.Phase, theirs.Status.Phase = hpa.Failed, core.PodFailed
	case 2, 3:
		ours.Phase, theirs.Status.Phase = hpa.Pending, core.PodPending
	case 4:
		ours.Phase, theirs.Status.Phase = hpa.OtherPhase, core.PodSucceeded
	case 5:
		ours.Unstarted, theirs.Status.StartTime = true, nil
	}
	switch t.between(0, 11) {
	case 0, 1, 2:
		ours.Ready, condition.Status = hpa.NotReady, core.ConditionFalse
	case 3:
		ours.Ready, condition.Status = hpa.ReadinessUnknown, core.ConditionUnknown
	case 4:
		ours.Ready = hpa.NoReadiness
	}
}

// read draws a reading of each metric, around its target so that every direction occurs.
func (t *target) read(quiet bool, sync time.Time) {
	spread := t.between(0, 1) * 10
	load := []int{0, 20, 60, 90, 100, 110, 150, 300}[t.between(0, 7)] // per cent of the target
	t.seen.Readings = nil
	for i, m := range t.ours.Metrics {
		r := hpa.Reading{Unavailable: !quiet && t.chance(10)}
		switch m.Kind {
		case hpa.Total:
			r.Total = m.Target * int64(load+t.between(-spread, spread)) / 100
		case hpa.TotalAverage:
			r.Total = m.Target * int64(t.seen.Created) * int64(load+t.between(-spread, spread)) / 100
		default:
			r.Samples = t.samples(m, load, quiet, sync)
			t.request(i, r.Samples)
		}
		r.Total = max(0, r.Total)
		t.seen.Readings = append(t.seen.Readings, r)
	}
}

func (t *target) samples(m hpa.Metric, load int, quiet bool, sync time.Time) []hpa.Sample {
	samples := make([]hpa.Sample, len(t.seen.Pods))
	request := int64(t.between(100, 4000))
	for i := range samples {
		s := hpa.Sample{
			At:     sync.Sub(epoch) - t.seconds(30),
			Window: t.seconds(60),
		}
		goal := m.Target
		if m.Kind == hpa.Utilization {
			s.Request = request
			if t.chance(10) {
				s.Request = int64(t.between(1, 4000))
			}
			goal = s.Request * m.Target / 100
		}
		s.Value = max(0, goal*int64(load+t.between(-30, 30))/100)
		if !quiet {
			s.Missing = t.chance(15)
		}
		samples[i] = s
	}
	if m.Kind == hpa.Utilization && len(samples) > 0 && !quiet && t.chance(5) {
		samples[t.random.IntN(len(samples))].Request = 0
	}
	return samples
}

// request puts the requests of a resource's metric into the pods.
func (t *target) request(metric int, samples []hpa.Sample) {
	if t.ours.Metrics[metric].Kind != hpa.Utilization {
		return
	}
	name := t.theirs.Spec.Metrics[metric].Resource.Name
	for i, s := range samples {
		if s.Request == 0 {
			continue
		}
		r := &t.pods[i].Spec.Containers[0].Resources
		if r.Requests == nil {
			r.Requests = core.ResourceList{}
		}
		r.Requests[name] = *resource.NewMilliQuantity(s.Request, resource.DecimalSI)
	}
}
