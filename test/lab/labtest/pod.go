package labtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"fulcrum.dev/fulcrum/test/lab/testserver"
)

// Server is a container of the test server with a readiness probe every second.
func Server() corev1.Container {
	return corev1.Container{
		Name: "server", Image: Image, Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: testserver.Port}},
		ReadinessProbe: &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ready", Port: intstr.FromString("http")}},
			PeriodSeconds: 1, FailureThreshold: 1,
		},
	}
}

// Shell is a container that runs a script.
func Shell(name, script string) corev1.Container {
	return corev1.Container{Name: name, Image: "tools", Command: []string{"sh", "-c", script}}
}

// Pod is one that ends within a second of being told to.
func Pod(name string, containers ...corev1.Container) *corev1.Pod {
	grace := int64(1)
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name}},
		Spec:       corev1.PodSpec{Containers: containers, TerminationGracePeriodSeconds: &grace},
	}
}

// Create makes the pod.
func (l *Lab) Create(pod *corev1.Pod) *corev1.Pod {
	l.Helper()
	created, err := l.Client.CoreV1().Pods(l.Namespace).Create(l.Context(), pod, metav1.CreateOptions{})
	if err != nil {
		l.Fatal(err)
	}
	return created
}

// UntilPod waits for a condition of a pod, and returns the pod.
func (l *Lab) UntilPod(name, what string, condition func(*corev1.Pod) bool) *corev1.Pod {
	l.Helper()
	var last *corev1.Pod
	l.Until(fmt.Sprintf("pod %s is %s", name, what), func(ctx context.Context) (bool, error) {
		pod, err := l.Client.CoreV1().Pods(l.Namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		last = pod
		if !condition(pod) {
			return false, fmt.Errorf("its status is %+v", pod.Status)
		}
		return true, nil
	})
	return last
}

// UntilGone waits until no pod of the name is left.
func (l *Lab) UntilGone(name string) {
	l.Helper()
	l.Until("pod "+name+" is gone", func(ctx context.Context) (bool, error) {
		_, err := l.Client.CoreV1().Pods(l.Namespace).Get(ctx, name, metav1.GetOptions{})
		return apierrors.IsNotFound(err), err
	})
}

// Ready says whether a pod can be used.
func Ready(pod *corev1.Pod) bool { return Condition(pod, corev1.PodReady) == corev1.ConditionTrue }

// Condition is the status of one, or empty.
func Condition(pod *corev1.Pod, kind corev1.PodConditionType) corev1.ConditionStatus {
	for _, c := range pod.Status.Conditions {
		if c.Type == kind {
			return c.Status
		}
	}
	return ""
}

// Phase is a condition for UntilPod.
func Phase(phase corev1.PodPhase) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool { return pod.Status.Phase == phase }
}

// URL is where a pod's test server answers.
func URL(pod *corev1.Pod, path string) string {
	return "http://" + net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(testserver.Port)) + path
}

// Get calls a URL over a connection of its own.
func Get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return string(body), err
}

// PodLog reads a container's through the API server.
func (l *Lab) PodLog(pod string, options corev1.PodLogOptions) string {
	l.Helper()
	text, err := l.Client.CoreV1().Pods(l.Namespace).GetLogs(pod, &options).DoRaw(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	return string(text)
}
