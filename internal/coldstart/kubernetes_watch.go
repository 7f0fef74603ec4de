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

// watcher keeps a sight up to date with what the API server tells, until it is stopped.
type watcher struct {
	now     func() time.Duration
	cancel  context.CancelFunc
	running sync.WaitGroup
	changed chan struct{} // holds one mark when there is something new

	mu    sync.Mutex
	sight *sight
}

// watchPods returns when the pods of a selector are known. Nodes are watched where they may be, events of pods likewise.
func watchPods(ctx context.Context, c *cluster, namespace string, selector labels.Selector, now func() time.Duration) (*watcher, error) {
	if err := c.mayList(ctx, namespace, "pods"); err != nil {
		return nil, fmt.Errorf("listing pods of namespace %s: %w", namespace, err)
	}
	noEvents, noNodes := c.mayList(ctx, namespace, "events"), c.mayList(ctx, "", "nodes")
	watching, cancel := context.WithCancel(ctx)
	w := &watcher{now: now, cancel: cancel, changed: make(chan struct{}, 1), sight: newSight()}
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

// follow hands every object of a kind to the sight.
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
		w.sight.takePod(at, o)
	case *corev1.Node:
		w.sight.takeNode(at, o)
	case *corev1.Event:
		w.sight.takeEvent(at, o)
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
		w.sight.losePod(o)
	case *corev1.Node:
		w.sight.loseNode(o)
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
	return w.sight.begin(at)
}

// startedAt moves the trigger to when the request was sent that was it.
func (w *watcher) startedAt(at time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sight.trigger = at
}

// until waits for a condition.
func (w *watcher) until(ctx context.Context, holds func(*sight) bool) error {
	for {
		w.mu.Lock()
		done := holds(w.sight)
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

// settle waits for the event that tells of the image, which comes by another way than the pod's state, and may not come.
func (w *watcher) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lag)
	defer cancel()
	_ = w.until(ctx, func(s *sight) bool { p := s.first(); return p != nil && p.image >= 0 })
}

func (w *watcher) phases() []record.Phase {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sight.phases()
}

func (w *watcher) obstacle() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sight.obstacle()
}

func (w *watcher) evidence() (bool, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sight.evidence()
}

// stop ends the watches and waits for them.
func (w *watcher) stop() {
	w.cancel()
	w.running.Wait()
}
