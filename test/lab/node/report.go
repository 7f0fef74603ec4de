package node

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// retryReport is the time between two tries when the API server does not answer.
const retryReport = 250 * time.Millisecond

// errGone says that the object is no longer there, or is another of the same name.
var errGone = errors.New("pod is gone")

// report sends the status to the API server, now and after every change.
func (p *pod) report(ctx context.Context) {
	p.mark()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.changed:
		}
		err := p.send(ctx)
		switch {
		case err == nil || ctx.Err() != nil:
		case errors.Is(err, errGone):
			p.forget()
			return
		default:
			p.node.log.Warn("reporting a pod's status; trying again", "pod", p.name(), "error", err)
			p.mark()
			pause(ctx, retryReport)
		}
	}
}

// send patches the status. Conditions are merged by their type, so that those of others (PodScheduled,
// DisruptionTarget) stay.
func (p *pod) send(ctx context.Context) error {
	p.sending.Lock()
	defer p.sending.Unlock()
	p.mu.Lock()
	status := p.status()
	p.mu.Unlock()
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": p.object.UID}, "status": status})
	if err != nil {
		return err
	}
	pods := p.node.client.CoreV1().Pods(p.object.Namespace)
	_, err = pods.Patch(ctx, p.object.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) { // the UID is another's
		return errGone
	}
	return err
}

// confirm reports the last status, and deletes the object now that nothing of the pod is left.
func (p *pod) confirm(ctx context.Context) error {
	for {
		err := p.send(ctx)
		if err == nil {
			err = removePod(ctx, p.node, p.object)
		}
		if err == nil || errors.Is(err, errGone) {
			return nil
		}
		if !pause(ctx, retryReport) {
			return err
		}
	}
}

// removePod deletes an object of which nothing runs.
func removePod(ctx context.Context, n *Node, object *corev1.Pod) error {
	now := int64(0)
	err := n.client.CoreV1().Pods(object.Namespace).Delete(ctx, object.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &object.UID},
	})
	if apierrors.IsNotFound(err) || apierrors.IsConflict(err) {
		return nil
	}
	return err
}
