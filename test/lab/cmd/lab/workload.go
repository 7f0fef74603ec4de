package main

import (
	"context"
	"fmt"
	"net"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"fulcrum.dev/fulcrum/test/lab/node"
)

// modelPort is where model servers listen if nobody tells them otherwise.
const modelPort = 8080

// deploy makes a Deployment of one replica with one GPU, and a Service at an address inside, whose URL outside it returns; it
// waits for the replica when all parts are started.
func (l *laboratory) deploy(ctx context.Context, name, weights, address string) (url string, err error) {
	one, grace := int32(1), int64(10)
	labels := map[string]string{"app": name}
	deployments := l.client.AppsV1().Deployments(metav1.NamespaceDefault)
	_, err = deployments.Create(ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: &one, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: map[string]string{
					"prometheus.io/scrape": "true", "prometheus.io/port": fmt.Sprint(modelPort), node.Weights: weights,
				}},
				Spec: corev1.PodSpec{TerminationGracePeriodSeconds: &grace, Containers: []corev1.Container{server(name)}},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	_, err = l.client.CoreV1().Services(metav1.NamespaceDefault).Create(ctx, &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.ServiceSpec{
			ClusterIP: address, Selector: labels, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromInt32(modelPort)}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	l.await(func(ctx context.Context) error { return l.untilReady(ctx, name) })
	return l.expose(name+", pods", "http", net.JoinHostPort(address, "80"))
}

// server is the container of a model server.
func server(name string) corev1.Container {
	return corev1.Container{
		Name: "server", Image: name,
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")},
			Limits:   corev1.ResourceList{node.GPU: resource.MustParse("1")},
		},
		ReadinessProbe: &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromInt32(modelPort)}},
			PeriodSeconds: 1, TimeoutSeconds: 5,
		},
	}
}

// untilReady waits for a Deployment's replica, for a minute at most.
func (l *laboratory) untilReady(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		d, err := l.client.AppsV1().Deployments(metav1.NamespaceDefault).Get(ctx, name, metav1.GetOptions{})
		if err == nil && d.Status.ReadyReplicas > 0 {
			return nil
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			if err == nil {
				err = fmt.Errorf("status %+v", d.Status)
			}
			return fmt.Errorf("deployment %s does not become ready: %w", name, err)
		}
	}
}
