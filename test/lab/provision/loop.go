package provision

import (
	"context"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// consolidationPoll is the time between two looks for empty nodes.
const consolidationPoll = 250 * time.Millisecond

// A batch gathers pods that became unschedulable one after the other, so that they are placed together.
type batch struct {
	pods        map[types.UID]bool
	first, last time.Time
	again       time.Time // when to decide once more on pods that are still there
}

// add notes the pods of now, and the time when there is a new one.
func (b *batch) add(pods []*corev1.Pod, now time.Time) {
	current := make(map[types.UID]bool, len(pods))
	for _, pod := range pods {
		current[pod.UID] = true
		if !b.pods[pod.UID] {
			b.last = now
			if b.first.IsZero() {
				b.first = now
			}
		}
	}
	b.pods = current
}

// due says whether to decide now, and otherwise when.
func (b *batch) due(now time.Time, idle, limit time.Duration) (bool, time.Duration) {
	if len(b.pods) == 0 {
		return false, time.Hour
	}
	var wait time.Duration
	if b.first.IsZero() {
		wait = b.again.Sub(now)
	} else {
		wait = min(b.last.Add(idle).Sub(now), b.first.Add(limit).Sub(now))
	}
	return wait <= 0, max(wait, 0)
}

// decided begins the next batch.
func (b *batch) decided(now time.Time, limit time.Duration) {
	b.first, b.again = time.Time{}, now.Add(limit)
}

// loop decides until the context ends.
func (p *Provisioner) loop(ctx context.Context) {
	var b batch
	ticker := time.NewTicker(consolidationPoll)
	defer ticker.Stop()
	for {
		pods := p.unschedulable()
		b.add(pods, time.Now())
		due, wait := b.due(time.Now(), p.options.BatchIdle, p.options.BatchMax)
		if due {
			p.provision(pods)
			b.decided(time.Now(), p.options.BatchMax)
			_, wait = b.due(time.Now(), p.options.BatchIdle, p.options.BatchMax)
		}
		p.consolidate(time.Now())
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-p.changed:
		case <-ticker.C:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// unschedulable returns the pods that the scheduler found no node for, the oldest first.
func (p *Provisioner) unschedulable() []*corev1.Pod {
	all, err := p.pods.List(labels.Everything())
	if err != nil {
		p.options.Log.Error("listing pods", "error", err)
		return nil
	}
	var pods []*corev1.Pod
	for _, pod := range all {
		if pod.Spec.NodeName == "" && pod.DeletionTimestamp == nil && slices.ContainsFunc(pod.Status.Conditions, unschedulable) {
			pods = append(pods, pod)
		}
	}
	slices.SortFunc(pods, func(a, b *corev1.Pod) int {
		if c := a.CreationTimestamp.Compare(b.CreationTimestamp.Time); c != 0 {
			return c
		}
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	return pods
}

func unschedulable(c corev1.PodCondition) bool {
	return c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse && c.Reason == corev1.PodReasonUnschedulable
}

// provision orders nodes for the pods that neither nodes that are there nor ordered ones have room for.
func (p *Provisioner) provision(pods []*corev1.Pod) {
	bins := p.bins()
	var orders []*Pool
	for _, pod := range pack(pods, bins) {
		if left := pack([]*corev1.Pod{pod}, bins); len(left) == 0 {
			continue // on a node that was ordered for one before it
		}
		pool, err := p.choose(pod, orders)
		if err != nil {
			p.events.Event(pod, corev1.EventTypeWarning, "FailedScheduling", "Failed to schedule pod, "+err.Error())
			continue
		}
		b := newBin(pool.template())
		b.take(pod)
		bins, orders = append(bins, b), append(orders, pool)
	}
	for _, pool := range orders {
		p.order(pool)
	}
}

// bins are the nodes with what their pods leave free, and those that are on their way.
func (p *Provisioner) bins() []*bin {
	nodes, err := p.nodes.List(labels.Everything())
	if err != nil {
		p.options.Log.Error("listing nodes", "error", err)
	}
	byName, bins := map[string]*bin{}, []*bin{}
	for _, n := range nodes {
		byName[n.Name] = newBin(n)
	}
	for _, m := range p.list() {
		if byName[m.name] == nil && !m.leaving {
			bins = append(bins, newBin(m.pool.template()))
		}
		if m.leaving {
			delete(byName, m.name)
		}
	}
	for name, pods := range p.podsByNode() {
		if b := byName[name]; b != nil {
			for _, pod := range pods {
				b.take(pod)
			}
		}
	}
	for _, n := range nodes {
		if b := byName[n.Name]; b != nil {
			bins = append(bins, b)
		}
	}
	return bins
}

// podsByNode returns the pods that use what their nodes have.
func (p *Provisioner) podsByNode() map[string][]*corev1.Pod {
	all, err := p.pods.List(labels.Everything())
	if err != nil {
		p.options.Log.Error("listing pods", "error", err)
	}
	byNode := map[string][]*corev1.Pod{}
	for _, pod := range all {
		over := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
		if pod.Spec.NodeName != "" && !over {
			byNode[pod.Spec.NodeName] = append(byNode[pod.Spec.NodeName], pod)
		}
	}
	return byNode
}
