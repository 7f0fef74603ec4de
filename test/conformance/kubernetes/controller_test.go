package kubernetes

import (
	"context"
	"testing"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	hpainformers "k8s.io/client-go/informers/autoscaling/v2"
	podinformers "k8s.io/client-go/informers/core/v1"
	hpalisters "k8s.io/client-go/listers/autoscaling/v2"
	podlisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	"k8s.io/kubernetes/pkg/features"

	"github.com/go-logr/logr"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// control starts the controller on the cluster's HPAs, with the defaults of its
// flags and with tolerances in behaviours, until stop is called.
func (c cluster) control(t *testing.T) (stop func()) {
	t.Helper()
	klog.SetLogger(logr.Discard())
	runtime.ErrorHandlers = nil // the default ones sleep, and with them the clock goes on between two HPAs
	if err := utilfeature.DefaultMutableFeatureGate.Set(string(features.HPAConfigurableTolerance) + "=true"); err != nil {
		t.Fatal(err)
	}
	apps := schema.GroupVersion{Group: "apps", Version: "v1"}
	mapper := apimeta.NewDefaultRESTMapper([]schema.GroupVersion{apps})
	mapper.Add(apps.WithKind("Deployment"), apimeta.RESTScopeNamespace)

	hpas := newInformer()
	for _, target := range c {
		if err := hpas.index.Add(target.theirs); err != nil {
			t.Fatal(err)
		}
	}
	flags := hpa.Default(1, 1)
	ctx, cancel := context.WithCancel(t.Context())
	controller := podautoscaler.NewHorizontalController(
		ctx, events{}, c, hpaStatus{}, mapper, metrics{c}, hpaInformer{hpas}, podInformer{newInformer(), c},
		flags.SyncPeriod, flags.DownWindow, flags.UpTolerance, flags.CPUInitialization, flags.InitialReadiness,
	)
	for _, target := range c {
		hpas.handler.OnAdd(target.theirs, true)
	}
	go controller.Run(ctx, 1)
	return cancel
}

// informer hands objects to the controller that are there from the start.
type informer struct {
	cache.SharedIndexInformer
	index   cache.Indexer
	handler cache.ResourceEventHandler
}

func newInformer() *informer {
	return &informer{index: cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})}
}

func (i *informer) HasSynced() bool { return true }

func (i *informer) AddEventHandlerWithResyncPeriod(h cache.ResourceEventHandler, _ time.Duration) (cache.ResourceEventHandlerRegistration, error) {
	i.handler = h
	return nil, nil
}

type hpaInformer struct{ *informer }

var _ hpainformers.HorizontalPodAutoscalerInformer = hpaInformer{}

func (i hpaInformer) Informer() cache.SharedIndexInformer { return i.informer }

func (i hpaInformer) Lister() hpalisters.HorizontalPodAutoscalerLister {
	return hpalisters.NewHorizontalPodAutoscalerLister(i.index)
}

type podInformer struct {
	*informer
	cluster cluster
}

var _ podinformers.PodInformer = podInformer{}

func (i podInformer) Informer() cache.SharedIndexInformer { return i.informer }

func (i podInformer) Lister() podlisters.PodLister { return pods{cluster: i.cluster} }

// pods lists the pods of a target, which are the only ones of its namespace.
type pods struct {
	podlisters.PodLister
	cluster cluster
}

func (p pods) Pods(namespace string) podlisters.PodNamespaceLister {
	return podsOf{target: p.cluster.of(namespace)}
}
