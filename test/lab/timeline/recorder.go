package timeline

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"fulcrum.dev/fulcrum/test/lab/metrics"
)

// A Recorder notes the events of a namespace that holds one Deployment with one HPA. Its methods may be called
// concurrently.
type Recorder struct {
	namespace string
	flags     Settings // without the object

	stop    context.CancelFunc
	factory informers.SharedInformerFactory

	mu       sync.Mutex
	events   []Event
	settled  bool // the settings are noted
	replicas *int
	pods     map[string]*Pod
	answered map[string]bool
}

// NewRecorder makes one that follows nothing yet. Its method Observe is for metrics.Options. The two settings are flags of
// the controller manager; its tolerance is 0.1 unless it has been told otherwise.
func NewRecorder(namespace string, syncPeriod time.Duration, tolerance float64) *Recorder {
	return &Recorder{
		namespace: namespace, flags: Settings{SyncPeriod: metav1.Duration{Duration: syncPeriod}, Tolerance: tolerance},
		pods: map[string]*Pod{}, answered: map[string]bool{},
	}
}

// Follow returns when what is in the namespace is noted; what happens then is noted until Stop.
func (r *Recorder) Follow(ctx context.Context, client kubernetes.Interface) error {
	r.factory = informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(r.namespace))
	for _, informer := range []cache.SharedIndexInformer{
		r.factory.Autoscaling().V2().HorizontalPodAutoscalers().Informer(),
		r.factory.Apps().V1().Deployments().Informer(),
		r.factory.Core().V1().Pods().Informer(),
	} {
		handler := cache.ResourceEventHandlerFuncs{
			AddFunc: r.see, UpdateFunc: func(_, object any) { r.see(object) }, DeleteFunc: r.lose,
		}
		if _, err := informer.AddEventHandler(handler); err != nil {
			return fmt.Errorf("following namespace %s: %w", r.namespace, err)
		}
	}
	life, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.factory.Start(life.Done())
	for kind, synced := range r.factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			r.Stop()
			return fmt.Errorf("following namespace %s: listing %v: %w", r.namespace, kind, context.Cause(ctx))
		}
	}
	return nil
}

// Stop ends following.
func (r *Recorder) Stop() {
	r.stop()
	r.factory.Shutdown()
}

// Events are those noted so far, in the order of their times.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := slices.Clone(r.events)
	slices.SortStableFunc(events, func(a, b Event) int { return a.Time.Compare(b.Time) })
	return events
}

// Observe notes an answer of the metrics API.
func (r *Recorder) Observe(read metrics.Read) {
	if read.Namespace != r.namespace {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, Event{
		Time: read.Time, Metric: &Metric{Sync: read.User == metrics.HPAUser, Values: read.Values},
	})
}

// Answered notes a pod's first answer; later ones are ignored.
func (r *Recorder) Answered(pod string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.answered[pod] {
		r.answered[pod] = true
		r.add(Event{Answer: pod})
	}
}

// Callers notes how many callers there are from now on.
func (r *Recorder) Callers(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(Event{Callers: &n})
}

// add notes an event of now. The caller holds the lock.
func (r *Recorder) add(e Event) {
	e.Time = time.Now()
	r.events = append(r.events, e)
}

func (r *Recorder) see(object any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch o := object.(type) {
	case *autoscalingv2.HorizontalPodAutoscaler:
		if !r.settled {
			r.settled = true
			s := r.flags
			s.Spec = *o.Spec.DeepCopy()
			r.add(Event{Settings: &s})
		}
	case *appsv1.Deployment:
		if n := o.Spec.Replicas; n != nil && (r.replicas == nil || *r.replicas != int(*n)) {
			replicas := int(*n)
			r.replicas = &replicas
			r.add(Event{Replicas: &replicas})
		}
	case *corev1.Pod:
		r.seePod(o)
	}
}

func (r *Recorder) lose(object any) {
	if tombstone, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = tombstone.Obj
	}
	pod, ok := object.(*corev1.Pod)
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	gone := describe(pod)
	gone.Gone, gone.News = true, []string{Gone}
	delete(r.pods, pod.Name)
	r.add(Event{Pod: gone})
}
