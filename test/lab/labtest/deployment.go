package labtest

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Deploy makes a Deployment of pods like this one.
func (l *Lab) Deploy(replicas int32, pod *corev1.Pod) *appsv1.Deployment {
	l.Helper()
	d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: pod.Name}, Spec: appsv1.DeploymentSpec{
		Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: pod.Labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: pod.Labels, Annotations: pod.Annotations}, Spec: pod.Spec},
	}}
	d, err := l.Client.AppsV1().Deployments(l.Namespace).Create(l.Context(), d, metav1.CreateOptions{})
	if err != nil {
		l.Fatal(err)
	}
	return d
}

// UntilReplicas waits until so many replicas of a Deployment are ready, and there are no others.
func (l *Lab) UntilReplicas(name string, ready int32) {
	l.Helper()
	l.Until(fmt.Sprintf("%d replicas of %s", ready, name), func(ctx context.Context) (bool, error) {
		d, err := l.Client.AppsV1().Deployments(l.Namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		return d.Status.ReadyReplicas == ready && d.Status.Replicas == ready, fmt.Errorf("status %+v", d.Status)
	})
}

// Pods returns those of an app that are not on their way out.
func (l *Lab) Pods(app string) []corev1.Pod {
	l.Helper()
	list, err := l.Client.CoreV1().Pods(l.Namespace).List(l.Context(), metav1.ListOptions{LabelSelector: "app=" + app})
	if err != nil {
		l.Fatal(err)
	}
	var pods []corev1.Pod
	for _, p := range list.Items {
		if p.DeletionTimestamp == nil {
			pods = append(pods, p)
		}
	}
	return pods
}
