package coldstart_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/testserver"
)

// activator stands for what scales a Deployment to zero and back, as Knative and KEDA's HTTP add-on do: it passes requests on, holds
// those that come while there is no pod, and takes the pods away when none has come for as long as its window.
type activator struct {
	lab    *labtest.Lab
	window time.Duration

	mu       sync.Mutex
	inFlight int
	idle     *time.Timer
	isUp     bool
	answered []string // the pods that did, in order
}

// activate puts one before the Deployment "model", which has no replicas, and returns its URL.
func activate(l *labtest.Lab, window time.Duration) (*activator, string) {
	a := &activator{lab: l, window: window}
	a.idle = time.AfterFunc(window, a.sleep)
	server := httptest.NewServer(a)
	l.Cleanup(func() {
		server.Close()
		a.mu.Lock() // a change that is under way ends before the cluster does
		defer a.mu.Unlock()
		a.idle.Stop()
		a.inFlight = -1
	})
	return a, server.URL
}

func (a *activator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := a.enter(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer a.leave()
	pod, err := a.ready(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
		return
	}
	a.note(pod.Name)
	to := &url.URL{Scheme: "http", Host: net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(testserver.Port))}
	(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to) }}).ServeHTTP(w, r)
}

func (a *activator) note(pod string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answered = append(a.answered, pod)
}

// enter counts a request, which keeps the pods from going, and has one come where there is none.
func (a *activator) enter(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.isUp {
		if err := a.scale(ctx, 1); err != nil {
			return err
		}
		a.isUp = true
	}
	a.inFlight++
	a.idle.Stop()
	return nil
}

func (a *activator) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.inFlight--; a.inFlight == 0 {
		a.idle.Reset(a.window)
	}
}

// sleep takes the pods away, unless a request came first.
func (a *activator) sleep() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.inFlight != 0 || !a.isUp {
		return
	}
	if err := a.scale(context.Background(), 0); err != nil {
		a.lab.Error(err)
		return
	}
	a.isUp = false
}

func (a *activator) scale(ctx context.Context, replicas int32) error {
	scale := &autoscalingv1.Scale{ObjectMeta: metav1.ObjectMeta{Namespace: a.lab.Namespace, Name: "model"}, Spec: autoscalingv1.ScaleSpec{Replicas: replicas}}
	_, err := a.lab.Client.AppsV1().Deployments(a.lab.Namespace).UpdateScale(ctx, "model", scale, metav1.UpdateOptions{})
	return err
}

// ready waits for a pod that can answer, as long as the caller does.
func (a *activator) ready(ctx context.Context) (*corev1.Pod, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		list, err := a.lab.Client.CoreV1().Pods(a.lab.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=model"})
		if err != nil {
			return nil, err
		}
		for i := range list.Items {
			if p := &list.Items[i]; p.DeletionTimestamp == nil && labtest.Ready(p) {
				return p, nil
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("no pod is ready: %w", context.Cause(ctx))
		}
	}
}

// colds says of each request but the first whether another pod answered it than the one before.
func (a *activator) colds() []bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	var colds []bool
	for i := 1; i < len(a.answered); i++ {
		colds = append(colds, a.answered[i] != a.answered[i-1])
	}
	return colds
}
