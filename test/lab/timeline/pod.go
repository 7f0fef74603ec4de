package timeline

import (
	corev1 "k8s.io/api/core/v1"
)

// seePod notes a pod if something has changed that the timeline knows. The caller holds the lock.
func (r *Recorder) seePod(pod *corev1.Pod) {
	now, before := describe(pod), r.pods[pod.Name]
	now.News = news(before, now)
	if before != nil && len(now.News) == 0 && now.Phase == before.Phase {
		return
	}
	r.pods[pod.Name] = now
	r.add(Event{Pod: now})
}

func describe(pod *corev1.Pod) *Pod {
	p := &Pod{
		Name: pod.Name, News: []string{}, Node: pod.Spec.NodeName, Phase: pod.Status.Phase, Started: pod.Status.StartTime,
		Deleting: pod.DeletionTimestamp != nil,
	}
	for _, c := range pod.Status.ContainerStatuses {
		p.Up = p.Up || c.State.Running != nil
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady {
			p.Ready, p.Since = c.Status, c.LastTransitionTime.DeepCopy()
		}
	}
	return p
}

// news are the milestones that a pod has passed since before, which is nil for a new one.
func news(before, now *Pod) []string {
	list := []string{}
	if before == nil {
		before = &Pod{}
		list = append(list, Created)
	}
	ready, was := now.Ready == corev1.ConditionTrue, before.Ready == corev1.ConditionTrue
	for _, m := range []struct {
		name   string
		passed bool
	}{
		{Scheduled, now.Node != "" && before.Node == ""},
		{ProcessUp, now.Up && !before.Up},
		{Ready, ready && !was},
		{Unready, was && !ready},
		{Deleting, now.Deleting && !before.Deleting},
	} {
		if m.passed {
			list = append(list, m.name)
		}
	}
	return list
}
