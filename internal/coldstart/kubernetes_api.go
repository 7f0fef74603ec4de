package coldstart

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// cluster is the part of a Kubernetes API server that is needed, over client-go's REST client. Its clientset, which knows every kind that
// exists, would be most of the program, and most of the memory of a run.
type cluster struct{ core, apps, scaling rest.Interface }

func newCluster(config *rest.Config) (*cluster, error) {
	known := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, autoscalingv1.AddToScheme, autoscalingv2.AddToScheme} {
		if err := add(known); err != nil {
			return nil, err
		}
	}
	codecs := serializer.NewCodecFactory(known).WithoutConversion()
	var c cluster
	for _, group := range []struct {
		client  *rest.Interface
		path    string
		version schema.GroupVersion
	}{
		{&c.core, "/api", corev1.SchemeGroupVersion},
		{&c.apps, "/apis", appsv1.SchemeGroupVersion},
		{&c.scaling, "/apis", autoscalingv2.SchemeGroupVersion},
	} {
		own := rest.CopyConfig(config)
		own.APIPath, own.GroupVersion, own.NegotiatedSerializer = group.path, &group.version, codecs
		client, err := rest.RESTClientFor(rest.AddUserAgent(own, "fulcrum"))
		if err != nil {
			return nil, err
		}
		*group.client = client
	}
	return &c, nil
}

func (c *cluster) deployment(ctx context.Context, namespace, name string) (*appsv1.Deployment, error) {
	var d appsv1.Deployment
	if err := c.apps.Get().Namespace(namespace).Resource("deployments").Name(name).Do(ctx).Into(&d); err != nil {
		return nil, fmt.Errorf("reading deployment %s/%s: %w", namespace, name, err)
	}
	return &d, nil
}

// replicas is how many a Deployment is scaled to.
func (c *cluster) replicas(ctx context.Context, namespace, name string) (int32, error) {
	var s autoscalingv1.Scale
	if err := c.apps.Get().Namespace(namespace).Resource("deployments").Name(name).SubResource("scale").Do(ctx).Into(&s); err != nil {
		return 0, fmt.Errorf("reading the scale of deployment %s/%s: %w", namespace, name, err)
	}
	return s.Spec.Replicas, nil
}

// scale writes the subresource that autoscalers write, too.
func (c *cluster) scale(ctx context.Context, namespace, name string, replicas int32) error {
	s := &autoscalingv1.Scale{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: autoscalingv1.ScaleSpec{Replicas: replicas}}
	if err := c.apps.Put().Namespace(namespace).Resource("deployments").Name(name).SubResource("scale").Body(s).Do(ctx).Error(); err != nil {
		return fmt.Errorf("scaling deployment %s/%s to %d: %w", namespace, name, replicas, err)
	}
	return nil
}

func (c *cluster) deletePod(ctx context.Context, namespace, name string) error {
	return c.core.Delete().Namespace(namespace).Resource("pods").Name(name).Do(ctx).Error()
}

func (c *cluster) autoscalers(ctx context.Context, namespace string) ([]autoscalingv2.HorizontalPodAutoscaler, error) {
	var list autoscalingv2.HorizontalPodAutoscalerList
	err := c.scaling.Get().Namespace(namespace).Resource("horizontalpodautoscalers").Do(ctx).Into(&list)
	return list.Items, err
}

// mayList asks for one object of a kind. A namespace of "" is all, or none for kinds without.
func (c *cluster) mayList(ctx context.Context, namespace, kind string) error {
	one := &metav1.ListOptions{Limit: 1}
	return c.core.Get().Namespace(namespace).Resource(kind).VersionedParams(one, metav1.ParameterCodec).Do(ctx).Error()
}

// lists is how objects of a kind are listed and watched.
func (c *cluster) lists(namespace, kind, label, field string) cache.ListerWatcher {
	of := cache.NewFilteredListWatchFromClient(c.core, kind, namespace, func(o *metav1.ListOptions) { o.LabelSelector, o.FieldSelector = label, field })
	return cache.ToListWatcherWithWatchListSemantics(of, c.core)
}
