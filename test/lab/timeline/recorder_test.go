package timeline_test

import (
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"fulcrum.dev/fulcrum/test/lab/metrics"
	"fulcrum.dev/fulcrum/test/lab/timeline"
)

// until polls what has been recorded.
func until(t *testing.T, r *timeline.Recorder, what string, condition func([]timeline.Event) bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for !condition(r.Events()) {
		select {
		case <-deadline:
			t.Fatalf("not within 20 s: %s\n%s", what, text(r.Events()))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// milestones are a pod's so far.
func milestones(events []timeline.Event, pod string) []string {
	var all []string
	for _, e := range events {
		if e.Pod != nil && e.Pod.Name == pod {
			all = append(all, e.Pod.News...)
		}
	}
	return all
}

func replicasOf(events []timeline.Event) []int {
	var all []int
	for _, e := range events {
		if e.Replicas != nil {
			all = append(all, *e.Replicas)
		}
	}
	return all
}

// TestRecorder takes a pod through its life, and an autoscaler with its target through a change.
func TestRecorder(t *testing.T) {
	meta := metav1.ObjectMeta{Name: "m", Namespace: "here"}
	elsewhere := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "m", Namespace: "elsewhere"}}
	one, three := int32(1), int32(3)
	deployment := &appsv1.Deployment{ObjectMeta: meta, Spec: appsv1.DeploymentSpec{Replicas: &one}}
	hpa := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: meta, Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MinReplicas: &one, MaxReplicas: 5}}
	client := fake.NewClientset(elsewhere, deployment, hpa)
	r := timeline.NewRecorder("here", time.Second, 0.1)
	if err := r.Follow(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	defer r.Stop()

	pods := client.CoreV1().Pods("here")
	pod := &corev1.Pod{ObjectMeta: meta, Status: corev1.PodStatus{Phase: corev1.PodPending}}
	if _, err := pods.Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	running := corev1.ContainerStatus{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	ready := func(s corev1.ConditionStatus) []corev1.PodCondition {
		return []corev1.PodCondition{{Type: corev1.PodReady, Status: s}}
	}
	want := []string{timeline.Created}
	for _, step := range []struct {
		milestone string // none for a change that is none
		change    func()
	}{
		{timeline.Scheduled, func() { pod.Spec.NodeName = "n" }},
		{"", func() { pod.Labels = map[string]string{"colour": "green"} }},
		{timeline.ProcessUp, func() {
			pod.Status.Phase, pod.Status.ContainerStatuses = corev1.PodRunning, []corev1.ContainerStatus{running}
			pod.Status.Conditions = ready(corev1.ConditionFalse)
		}},
		{timeline.Ready, func() { pod.Status.Conditions = ready(corev1.ConditionTrue) }},
		{timeline.Unready, func() { pod.Status.Conditions = ready(corev1.ConditionFalse) }},
		{timeline.Deleting, func() { now := metav1.Now(); pod.DeletionTimestamp = &now }},
	} {
		step.change()
		if _, err := pods.Update(t.Context(), pod.DeepCopy(), metav1.UpdateOptions{}); err != nil {
			t.Fatal(err)
		}
		if step.milestone != "" {
			want = append(want, step.milestone)
		}
		until(t, r, "pod "+step.milestone, func(e []timeline.Event) bool { return slices.Equal(milestones(e, "m"), want) })
	}
	if err := pods.Delete(t.Context(), "m", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	want = append(want, timeline.Gone)
	until(t, r, "pod gone", func(e []timeline.Event) bool { return slices.Equal(milestones(e, "m"), want) })

	deployment.Spec.Replicas = &three
	if _, err := client.AppsV1().Deployments("here").Update(t.Context(), deployment, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	until(t, r, "1 and 3 replicas", func(e []timeline.Event) bool { return slices.Equal(replicasOf(e), []int{1, 3}) })
}

// TestRecorderIsTold: of reads of its namespace, and of the first answer of each pod.
func TestRecorderIsTold(t *testing.T) {
	r := timeline.NewRecorder("here", time.Second, 0.1)
	now := time.Now()
	for i, read := range []metrics.Read{
		{Namespace: "here", User: "kubernetes-admin"}, {Namespace: "elsewhere", User: metrics.HPAUser}, {Namespace: "here", User: metrics.HPAUser},
	} {
		read.Time = now.Add(-time.Duration(i) * time.Second) // the answers of two requests may overtake each other
		read.Values = map[string]int64{"p": int64(i)}
		r.Observe(read)
	}
	r.Answered("p")
	r.Answered("p")
	events := r.Events()
	if len(events) != 3 || events[0].Metric == nil || !events[0].Metric.Sync || events[0].Metric.Values["p"] != 2 ||
		events[1].Metric == nil || events[1].Metric.Sync || events[2].Answer != "p" {
		t.Errorf("recorded\n%s", text(events))
	}
}
