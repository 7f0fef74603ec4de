package provision

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"
	taints "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	"k8s.io/klog/v2"
)

// A bin is a node, there or to come, with what is left of it.
type bin struct {
	node *corev1.Node
	free corev1.ResourceList
}

func newBin(n *corev1.Node) *bin { return &bin{node: n, free: n.Status.Allocatable.DeepCopy()} }

// fits says why a pod cannot run on the node.
func (b *bin) fits(pod *corev1.Pod) error {
	match, err := nodeaffinity.GetRequiredNodeAffinity(pod).Match(b.node)
	if err != nil {
		return err
	}
	if !match {
		return fmt.Errorf("node selector or affinity does not match")
	}
	taint, tainted := taints.FindMatchingUntoleratedTaint(klog.Background(), b.node.Spec.Taints, pod.Spec.Tolerations, blocks, true)
	if tainted {
		return fmt.Errorf("did not tolerate %s", taint.ToString())
	}
	var lacking []string
	for name, want := range requests(pod) {
		if have := b.free[name]; have.Cmp(want) < 0 {
			lacking = append(lacking, string(name))
		}
	}
	if len(lacking) > 0 {
		return fmt.Errorf("insufficient %s", strings.Join(lacking, ", "))
	}
	return nil
}

// blocks leaves out taints that a node has only while it starts.
func blocks(t *corev1.Taint) bool {
	return t.Effect != corev1.TaintEffectPreferNoSchedule && t.Key != corev1.TaintNodeNotReady
}

// take uses what the pod asks for.
func (b *bin) take(pod *corev1.Pod) {
	for name, want := range requests(pod) {
		have := b.free[name]
		have.Sub(want)
		b.free[name] = have
	}
}

func requests(pod *corev1.Pod) corev1.ResourceList {
	list := resourcehelper.PodRequests(pod, resourcehelper.PodResourcesOptions{})
	list[corev1.ResourcePods] = resource.MustParse("1")
	return list
}

// pack puts each pod into the first bin that has room for it, and returns those that are left.
func pack(pods []*corev1.Pod, bins []*bin) (left []*corev1.Pod) {
next:
	for _, pod := range pods {
		for _, b := range bins {
			if b.fits(pod) == nil {
				b.take(pod)
				continue next
			}
		}
		left = append(left, pod)
	}
	return left
}
