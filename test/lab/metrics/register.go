package metrics

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/netip"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// The Service by which the API server finds this server.
const (
	serviceNamespace = metav1.NamespaceSystem
	serviceName      = "lab-metrics"
)

// groupVersions are the APIs that are served.
var groupVersions = []schema.GroupVersion{
	{Group: "metrics.k8s.io", Version: "v1beta1"},
	{Group: "custom.metrics.k8s.io", Version: "v1beta2"},
	{Group: "external.metrics.k8s.io", Version: "v1beta1"},
}

var apiServices = schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"}

// register makes a Service without a selector, its endpoint, and an APIService for each API, and waits until those
// are available. What is left of an earlier server is replaced.
func register(ctx context.Context, config *rest.Config, client kubernetes.Interface, at netip.AddrPort, authority []byte) error {
	services, slices := client.CoreV1().Services(serviceNamespace), client.DiscoveryV1().EndpointSlices(serviceNamespace)
	service := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: serviceName},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 443}}},
	}
	if _, err := services.Create(ctx, service, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	name, port, ready := "", int32(at.Port()), true
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Name: serviceName, Labels: map[string]string{discoveryv1.LabelServiceName: serviceName}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{at.Addr().String()}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}}},
		Ports:       []discoveryv1.EndpointPort{{Name: &name, Port: &port}},
	}
	if err := slices.Delete(ctx, serviceName, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	if _, err := slices.Create(ctx, slice, metav1.CreateOptions{}); err != nil {
		return err
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	for _, gv := range groupVersions {
		object := apiService(gv, authority)
		options := metav1.ApplyOptions{FieldManager: serviceName, Force: true}
		if _, err := objects.Resource(apiServices).Apply(ctx, object.GetName(), object, options); err != nil {
			return err
		}
	}
	for _, gv := range groupVersions {
		if err := untilAvailable(ctx, objects, apiService(gv, nil).GetName()); err != nil {
			return err
		}
	}
	return nil
}

func apiService(gv schema.GroupVersion, authority []byte) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
		"metadata": map[string]any{"name": gv.Version + "." + gv.Group},
		"spec": map[string]any{
			"group": gv.Group, "version": gv.Version, "groupPriorityMinimum": int64(100), "versionPriority": int64(100),
			"caBundle": base64.StdEncoding.EncodeToString(authority),
			"service":  map[string]any{"namespace": serviceNamespace, "name": serviceName, "port": int64(443)},
		},
	}}
}

func untilAvailable(ctx context.Context, objects dynamic.Interface, name string) error {
	for {
		object, err := objects.Resource(apiServices).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		conditions, _, err := unstructured.NestedSlice(object.Object, "status", "conditions")
		if err != nil {
			return err
		}
		for _, c := range conditions {
			if c, ok := c.(map[string]any); ok && c["type"] == "Available" && c["status"] == "True" {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s is not available: %w: conditions %v", name, context.Cause(ctx), conditions)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
