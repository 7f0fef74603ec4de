package coldstart

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// deployment restarts the pods of a Deployment.
type deployment struct {
	cluster         *cluster
	server          string
	namespace, name string
	by              string // as in a suite: scale, delete or request
	replicas        int32  // as found; 0 as long as nothing was changed
}

// openKubernetes reads a kubeconfig as kubectl does.
func openKubernetes(k v1alpha1.KubernetesColdStart) (*deployment, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = k.Kubeconfig
	overrides := &clientcmd.ConfigOverrides{CurrentContext: k.Context}
	overrides.Context.Namespace = k.Namespace
	loaded := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	config, err := loaded.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("kubernetes: reading the kubeconfig: %w", err)
	}
	namespace, _, err := loaded.Namespace()
	if err != nil {
		return nil, fmt.Errorf("kubernetes: reading the kubeconfig: %w", err)
	}
	return newDeployment(config, namespace, k)
}

func newDeployment(config *rest.Config, namespace string, k v1alpha1.KubernetesColdStart) (*deployment, error) {
	c, err := newCluster(config)
	if err != nil {
		return nil, fmt.Errorf("kubernetes: %w", err)
	}
	return &deployment{cluster: c, server: config.Host, namespace: namespace, name: k.Deployment, by: k.By}, nil
}

func (d *deployment) Server() string {
	if d.by == "request" { // it is asked, and told nothing
		return ""
	}
	return d.server
}

func (d *deployment) Change() string {
	switch d.by {
	case "request":
		return ""
	case "delete":
		return fmt.Sprintf("deletes the pods of deployment %s", d)
	}
	return fmt.Sprintf("scales deployment %s to 0 and back", d)
}

func (d *deployment) String() string { return d.namespace + "/" + d.name }

// Force removes the pods, or waits until an autoscaler has, watches new ones start, and sends a request when the first of
// them is ready, or to make them start.
func (d *deployment) Force(ctx context.Context, now func() time.Duration, ask func(context.Context) record.Record) (record.ColdStart, error) {
	c := record.ColdStart{Method: "kubernetes-" + d.by}
	selector, err := d.inspect(ctx)
	if err != nil {
		return c, err
	}
	w, err := watchPods(ctx, d.cluster, d.namespace, selector, now)
	if err != nil {
		return c, err
	}
	defer w.stop()
	bring := d.renew
	if d.by == "request" {
		bring = d.request
	}
	var tries int
	if c.Request, tries, err = bring(ctx, w, now, ask); err != nil {
		c.Phases = w.phases()
		return c, err
	}
	w.settle(ctx)
	c.Phases = w.phases()
	c.Confirmed, c.Evidence = w.evidence()
	if tries > 1 {
		c.Evidence += fmt.Sprintf("; answered at try %d", tries)
	}
	if hpa := d.autoscaler(ctx); hpa != "" {
		c.Evidence += "; the HorizontalPodAutoscaler " + hpa + " scales it, too"
	}
	return c, nil
}

// renew removes the pods, and sends a request when a new one is ready. Tries is how often it was sent.
func (d *deployment) renew(ctx context.Context, w *watcher, now func() time.Duration, ask func(context.Context) record.Record) (r record.Record, tries int, err error) {
	if err := d.trigger(ctx, w, now); err != nil {
		return r, 0, err
	}
	if err := d.untilReady(ctx, w); err != nil {
		return r, 0, err
	}
	r, tries = untilAnswered(ctx, ask)
	return r, tries, nil
}

// request waits until an autoscaler has removed the pods, and sends a request to start one. That request waits for it.
func (d *deployment) request(ctx context.Context, w *watcher, now func() time.Duration, ask func(context.Context) record.Record) (r record.Record, tries int, err error) {
	if err := d.untilEmpty(ctx, w); err != nil {
		return r, 0, err
	}
	w.start(now())
	r = ask(ctx)
	w.startedAt(r.Sent)
	if r.Kind != record.OK {
		return r, 1, nil
	}
	return r, 1, d.untilReady(ctx, w)
}

func (d *deployment) untilEmpty(ctx context.Context, w *watcher) error {
	if err := w.until(ctx, (*podTimeline).isEmpty); err != nil {
		return fmt.Errorf("waiting until deployment %s has no pod any more: %w", d, err)
	}
	return nil
}

func (d *deployment) untilReady(ctx context.Context, w *watcher) error {
	err := w.until(ctx, (*podTimeline).hasReady)
	if err == nil {
		return nil
	}
	if why := w.obstacle(); why != "" {
		err = fmt.Errorf("%w; %s", err, why)
	}
	return fmt.Errorf("waiting for a ready pod of deployment %s: %w", d, err)
}

// inspect reads the Deployment, and remembers how many replicas it has.
func (d *deployment) inspect(ctx context.Context) (labels.Selector, error) {
	found, err := d.cluster.deployment(ctx, d.namespace, d.name)
	if err != nil {
		return nil, err
	}
	selector, err := metav1.LabelSelectorAsSelector(found.Spec.Selector)
	if err != nil {
		return nil, fmt.Errorf("deployment %s: %w", d, err)
	}
	if replicas := wanted(found); replicas > 0 { // an autoscaler may have changed it since the last time; 0 may be our own doing
		d.replicas = replicas
	}
	if d.replicas == 0 && d.by != "request" {
		return nil, fmt.Errorf("deployment %s has 0 replicas: scale it to as many as shall start, or have a request start them (by: request) where that scales it", d)
	}
	return selector, nil
}

// trigger removes the pods and requests new ones.
func (d *deployment) trigger(ctx context.Context, w *watcher, now func() time.Duration) error {
	if d.by == "delete" {
		at := now()
		pods := w.start(at)
		if len(pods) == 0 {
			return fmt.Errorf("deployment %s has no pod that could be deleted", d)
		}
		changing, cancel := committed(ctx)
		defer cancel()
		for _, name := range pods {
			if err := d.cluster.deletePod(changing, d.namespace, name); err != nil && !apierrors.IsNotFound(err) {
				return fmt.Errorf("deleting pod %s/%s: %w", d.namespace, name, err)
			}
		}
		return nil
	}
	if err := d.scale(ctx, 0); err != nil {
		return err
	}
	if err := d.untilEmpty(ctx, w); err != nil {
		return err
	}
	w.start(now())
	return d.scale(ctx, d.replicas)
}

// scale changes the number of replicas, unless the run was stopped.
func (d *deployment) scale(ctx context.Context, replicas int32) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	ctx, cancel := committed(ctx)
	defer cancel()
	return d.cluster.scale(ctx, d.namespace, d.name, replicas)
}

// Restore scales back what was scaled to 0. A number that somebody else chose since then stays.
func (d *deployment) Restore(ctx context.Context) error {
	if d.by != "scale" || d.replicas == 0 {
		return nil
	}
	err := d.restore(ctx)
	if err != nil {
		return fmt.Errorf("%w; run: kubectl -n %s scale deployment %s --replicas=%d", err, d.namespace, d.name, d.replicas)
	}
	return nil
}

func (d *deployment) restore(ctx context.Context) error {
	replicas, err := d.cluster.replicas(ctx, d.namespace, d.name)
	if err != nil || replicas != 0 {
		return err
	}
	return d.scale(ctx, d.replicas)
}

// autoscaler is the name of the HPA that scales the Deployment; "" for none, or if it may not be read.
func (d *deployment) autoscaler(ctx context.Context) string {
	list, err := d.cluster.autoscalers(ctx, d.namespace)
	if err != nil {
		return ""
	}
	for _, h := range list {
		if of := h.Spec.ScaleTargetRef; of.Kind == "Deployment" && of.Name == d.name {
			return h.Name
		}
	}
	return ""
}

// IsWarm reports whether a pod is ready and not terminating, for Deployments that an autoscaler scales to zero. The status alone
// lags a moment behind, and includes pods that are terminating.
func (d *deployment) IsWarm(ctx context.Context) (bool, error) {
	found, err := d.cluster.deployment(ctx, d.namespace, d.name)
	if err != nil {
		return false, err
	}
	return wanted(found) > 0 && found.Status.ReadyReplicas > 0, nil
}

// wanted is the desired number of replicas.
func wanted(of *appsv1.Deployment) int32 {
	if of.Spec.Replicas == nil {
		return 1
	}
	return *of.Spec.Replicas
}

// again is the pause between two requests to a target that is about to be reachable.
const again = 10 * time.Millisecond

// untilAnswered sends the request until there is an answer: it takes a moment until the last router knows about a ready pod.
func untilAnswered(ctx context.Context, ask func(context.Context) record.Record) (r record.Record, tries int) {
	for tries = 1; ; tries++ {
		r = ask(ctx)
		switch r.Kind {
		case record.Refused, record.Reset, record.DNS, record.HalfAnswer, record.ServerError, record.TooMany, record.Timeout, record.Other:
			if pause(ctx, again) == nil {
				continue
			}
		}
		return r, tries
	}
}
