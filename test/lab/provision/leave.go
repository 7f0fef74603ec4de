package provision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
)

// Disrupted is the taint of a node that is about to leave, Karpenter's.
var Disrupted = corev1.Taint{Key: "karpenter.sh/disrupted", Effect: corev1.TaintEffectNoSchedule}

// evictionRetry is the time between two tries to evict pods that a disruption budget keeps.
const evictionRetry = 500 * time.Millisecond

// nomination is how long a node is kept for the pods that it was ordered for; Karpenter's is at least that.
const nomination = 10 * time.Second

// consolidate takes nodes away that have been empty for long enough, and those whose objects somebody else removed.
func (p *Provisioner) consolidate(now time.Time) {
	busy := p.podsByNode()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.machines {
		if m.node == nil || m.leaving {
			continue
		}
		switch there, ready := p.look(m.name); {
		case !there && m.seen:
			m.leaving = true
			p.life.Go(func() {
				m.node.Kill()
				p.forget(m)
			})
		case there:
			m.seen = true
			if ready && m.idle(len(withoutDaemons(busy[m.name])), now, p.options.ConsolidateAfter) {
				m.leaving = true
				p.life.Go(func() { p.retire(m) })
			}
		}
	}
}

// idle says whether the node is to leave. A negative time means never.
func (m *machine) idle(pods int, now time.Time, after time.Duration) bool {
	if pods > 0 {
		m.used, m.empty = true, time.Time{}
		return false
	}
	if m.empty.IsZero() {
		m.empty = now
	}
	if !m.used && after >= 0 {
		after = max(after, nomination)
	}
	return after >= 0 && now.Sub(m.empty) >= after
}

// look says whether a node's object is there, and whether pods can be bound to it: before that it is no wonder that
// it is empty.
func (p *Provisioner) look(name string) (there, ready bool) {
	n, err := p.nodes.Get(name)
	if err != nil {
		return false, false
	}
	return true, !slices.ContainsFunc(n.Spec.Taints, func(t corev1.Taint) bool { return t.Key == corev1.TaintNodeNotReady })
}

// withoutDaemons leaves out the pods of DaemonSets, which keep no node.
func withoutDaemons(pods []*corev1.Pod) (kept []*corev1.Pod) {
	for _, pod := range pods {
		if owner := metav1.GetControllerOf(pod); owner == nil || owner.Kind != "DaemonSet" {
			kept = append(kept, pod)
		}
	}
	return kept
}

// retire takes an empty node away, unless a pod was bound to it before its taint was seen.
func (p *Provisioner) retire(m *machine) {
	ctx := p.running
	if err := p.taint(ctx, m.name, true); err != nil {
		p.stay(m, err)
		return
	}
	// Asked of the API server: the informer may not know the latest yet.
	list, err := p.client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + m.name + ",status.phase!=Succeeded,status.phase!=Failed"})
	if err != nil {
		p.stay(m, err)
		return
	}
	var pods []*corev1.Pod
	for i := range list.Items {
		pods = append(pods, &list.Items[i])
	}
	if len(withoutDaemons(pods)) > 0 {
		p.stay(m, p.taint(ctx, m.name, false))
		return
	}
	if err := m.node.Stop(ctx, 0); err != nil {
		p.options.Log.Warn("stopping an empty node", "node", m.name, "error", err)
	}
	p.remove(ctx, m)
}

// stay keeps a node that was to leave.
func (p *Provisioner) stay(m *machine, err error) {
	if err != nil && p.running.Err() == nil {
		p.options.Log.Error("consolidating a node; it stays for now", "node", m.name, "error", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	m.leaving, m.empty = false, time.Time{}
}

// taint puts the taint Disrupted on a node, or takes it away.
func (p *Provisioner) taint(ctx context.Context, name string, on bool) error {
	n, err := p.client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	list := []corev1.Taint{}
	for _, t := range n.Spec.Taints {
		if t.Key != Disrupted.Key {
			list = append(list, t)
		}
	}
	if on {
		list = append(list, Disrupted)
	}
	// With the version, since others change taints, too.
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": n.ResourceVersion}, "spec": map[string]any{"taints": list},
	})
	if err != nil {
		return err
	}
	_, err = p.client.CoreV1().Nodes().Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
	if apierrors.IsConflict(err) {
		return p.taint(ctx, name, on)
	}
	return err
}

// Interrupt is a cloud that takes a node back: the node is tainted, its pods are evicted, and when the notice is over
// it loses power, and its object is removed. It returns then; the error says that there is no such node,
// or is one of the API server, in spite of which the node is gone.
func (p *Provisioner) Interrupt(ctx context.Context, name string, notice time.Duration) error {
	p.mu.Lock()
	m := p.machines[name]
	if m == nil || m.node == nil || m.leaving {
		p.mu.Unlock()
		return fmt.Errorf("interrupting node %s: the provisioner has no such node, or it is leaving", name)
	}
	m.leaving = true
	p.mu.Unlock()
	deadline, cancel := context.WithTimeout(ctx, notice)
	defer cancel()
	fault := p.taint(deadline, name, true)
	fault = errors.Join(fault, p.evict(deadline, name))
	<-deadline.Done()
	m.node.Kill()
	p.remove(ctx, m)
	return fault
}

// evict asks every pod of the node to leave, those that a disruption budget keeps again and again until the context
// ends.
func (p *Provisioner) evict(ctx context.Context, name string) error {
	asked := map[types.UID]bool{}
	for {
		pods, err := p.pods.List(labels.Everything())
		if err != nil {
			return err
		}
		for _, pod := range withoutDaemons(pods) {
			if pod.Spec.NodeName != name || pod.DeletionTimestamp != nil || asked[pod.UID] {
				continue
			}
			err := p.client.PolicyV1().Evictions(pod.Namespace).Evict(ctx, &policyv1.Eviction{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace}})
			switch {
			case err == nil || apierrors.IsNotFound(err):
				asked[pod.UID] = true
			case apierrors.IsTooManyRequests(err) || ctx.Err() != nil:
			default:
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(evictionRetry):
		}
	}
}
