package node

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/tools/cache"
)

// watch follows the pods that are bound to the node.
func (n *Node) watch() {
	list := cache.NewListWatchFromClient(n.client.CoreV1().RESTClient(), "pods", metav1.NamespaceAll,
		fields.OneTermEqualSelector("spec.nodeName", n.spec.Name))
	_, controller := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: list, ObjectType: &corev1.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    func(object any) { n.see(object.(*corev1.Pod)) },
			UpdateFunc: func(_, object any) { n.see(object.(*corev1.Pod)) },
			DeleteFunc: n.lose,
		},
	})
	controller.RunWithContext(n.power)
}

// see takes in a pod that is new or has changed.
func (n *Node) see(object *corev1.Pod) {
	n.mu.Lock()
	p, known := n.pods[object.UID]
	fresh := !known && object.DeletionTimestamp == nil && !over(object) && !n.draining && n.power.Err() == nil
	if fresh {
		p = newPod(n, object)
		n.pods[object.UID] = p
	}
	n.mu.Unlock()
	switch {
	case fresh:
		p.start(n.power)
		n.life.Go(func() { n.clear(p) })
	case known:
		p.observe(object)
	case object.DeletionTimestamp != nil: // nothing of it runs here
		n.life.Go(func() {
			if err := removePod(n.power, n, object); err != nil {
				n.complain("removing a pod that does not run here", err)
			}
		})
	}
}

func over(object *corev1.Pod) bool {
	return object.Status.Phase == corev1.PodSucceeded || object.Status.Phase == corev1.PodFailed
}

// clear takes a pod off the list when it has left.
func (n *Node) clear(p *pod) {
	<-p.done
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.pods, p.object.UID)
}

// lose is called when the object is gone.
func (n *Node) lose(object any) {
	if last, ok := object.(cache.DeletedFinalStateUnknown); ok {
		object = last.Obj
	}
	gone, ok := object.(*corev1.Pod)
	if !ok {
		return
	}
	n.mu.Lock()
	p := n.pods[gone.UID]
	n.mu.Unlock()
	if p != nil {
		p.forget()
	}
}

// find returns the pod of a name.
func (n *Node) find(namespace, name string) *pod {
	for _, p := range n.list() {
		if p.object.Namespace == namespace && p.object.Name == name {
			return p
		}
	}
	return nil
}

func (n *Node) list() []*pod {
	n.mu.Lock()
	defer n.mu.Unlock()
	pods := make([]*pod, 0, len(n.pods))
	for _, p := range n.pods {
		pods = append(pods, p)
	}
	return pods
}

// quiet waits until nothing of the pod runs and its end is reported.
func (p *pod) quiet(ctx context.Context) error {
	select {
	case <-p.settled:
		return nil
	case <-ctx.Done():
		p.kill()
		return ctx.Err()
	}
}
