package coldstart

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/cache"

	"fulcrum.dev/fulcrum/internal/record"
)

// watcher keeps a podTimeline up to date from the API server, until it is stopped.
type watcher struct {
	now     func() time.Duration
	cancel  context.CancelFunc
	running sync.WaitGroup
	changed chan struct{} // holds one mark when there is something new

	mu   sync.Mutex
	pods *podTimeline
}

// watchPods returns when the pods of a selector are known. Nodes and events of pods are watched if that is allowed.
func watchPods(ctx context.Context, c *cluster, namespace string, selector labels.Selector, now func() time.Duration) (*watcher, error) {
	if err := c.mayList(ctx, namespace, "pods"); err != nil {
		return nil, fmt.Errorf("listing pods of namespace %s: %w", namespace, err)
	}
	noEvents, noNodes := c.mayList(ctx, namespace, "events"), c.mayList(ctx, "", "nodes")
	watching, cancel := context.WithCancel(ctx)
	w := &watcher{now: now, cancel: cancel, changed: make(chan struct{}, 1), pods: newPodTimeline()}
	w.follow(watching, new(corev1.Pod), c.lists(namespace, "pods", selector.String(), ""))
	if noNodes == nil {
		w.follow(watching, new(corev1.Node), c.lists("", "nodes", "", ""))
	}
	if noEvents == nil {
		pulled := fields.Set{"involvedObject.kind": "Pod", "reason": "Pulled"}.String()
		w.follow(watching, new(corev1.Event), c.lists(namespace, "events", "", pulled))
	}
	return w, nil
}

// follow hands every object of a kind to the timeline.
func (w *watcher) follow(ctx context.Context, kind runtime.Object, of cache.ListerWatcher) {
	_, informer := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: of, ObjectType: kind,
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc: w.take, UpdateFunc: func(_, o any) { w.take(o) }, DeleteFunc: w.lose,
		},
	})
	w.running.Go(func() { informer.RunWithContext(ctx) })
	cache.WaitForCacheSync(ctx.Done(), informer.HasSynced)
}

func (w *watcher) take(o any) {
	at := w.now()
	w.mu.Lock()
	defer w.mu.Unlock()
	switch o := o.(type) {
	case *corev1.Pod:
		w.pods.takePod(at, o)
	case *corev1.Node:
		w.pods.takeNode(at, o)
	case *corev1.Event:
		w.pods.takeEvent(at, o)
	}
	w.mark()
}

func (w *watcher) lose(o any) {
	if last, ok := o.(cache.DeletedFinalStateUnknown); ok {
		o = last.Obj
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch o := o.(type) {
	case *corev1.Pod:
		w.pods.losePod(o)
	case *corev1.Node:
		w.pods.loseNode(o)
	}
	w.mark()
}

func (w *watcher) mark() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// start marks the trigger, and returns the names of the pods that are there.
func (w *watcher) start(at time.Duration) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pods.begin(at)
}

// startedAt moves the trigger to when the request was sent that was it.
func (w *watcher) startedAt(at time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pods.trigger = at
}

// until waits for a condition.
func (w *watcher) until(ctx context.Context, holds func(*podTimeline) bool) error {
	for {
		w.mu.Lock()
		done := holds(w.pods)
		w.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-w.changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// lag is how long an event of the first ready pod may be late.
const lag = 2 * time.Second

// settle waits for the event about the image, which arrives separately from the pod's state, or not at all.
func (w *watcher) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lag)
	defer cancel()
	_ = w.until(ctx, func(s *podTimeline) bool { p := s.first(); return p != nil && p.image >= 0 })
}

func (w *watcher) phases() []record.Phase {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pods.phases()
}

func (w *watcher) obstacle() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pods.obstacle()
}

func (w *watcher) evidence() (bool, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pods.evidence()
}

// stop ends the watches and waits for them.
func (w *watcher) stop() {
	w.cancel()
	w.running.Wait()
}
