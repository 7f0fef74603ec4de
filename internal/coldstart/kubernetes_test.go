package coldstart

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/measure"
)

func encoder(replicas int32) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "models", Name: "encoder"},
		Spec:       appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "encoder"}}},
	}
}

func scaleOf(replicas int32) clienttesting.ReactionFunc {
	return func(a clienttesting.Action) (bool, runtime.Object, error) {
		return a.GetSubresource() == "scale", &autoscalingv1.Scale{Spec: autoscalingv1.ScaleSpec{Replicas: replicas}}, nil
	}
}

// changes are what was written.
func changes(client *fake.Clientset) (list []runtime.Object) {
	for _, a := range client.Actions() {
		if u, ok := a.(clienttesting.UpdateAction); ok {
			list = append(list, u.GetObject())
		}
	}
	return list
}

func noClock() time.Duration { return 0 }

func neverAsked(t *testing.T) func(context.Context) measure.Record {
	return func(context.Context) measure.Record { t.Error("a request was sent"); return measure.Record{} }
}

// TestDeploymentWithoutReplicas has nothing that could start, and stays as it is.
func TestDeploymentWithoutReplicas(t *testing.T) {
	client := fake.NewClientset(encoder(0))
	d := &deployment{client: client, namespace: "models", name: "encoder"}
	_, err := d.Force(t.Context(), noClock, neverAsked(t))
	if err == nil || !strings.Contains(err.Error(), "deployment models/encoder has 0 replicas: scale it to as many as shall start") {
		t.Errorf("error %v", err)
	}
	if err := d.Restore(t.Context()); err != nil || len(changes(client)) > 0 {
		t.Errorf("%v %v", err, changes(client))
	}
}

// TestRestoreDeployment scales back what is at 0, and leaves alone what somebody else scaled.
func TestRestoreDeployment(t *testing.T) {
	for now, want := range map[int32]int{0: 1, 3: 0} {
		client := fake.NewClientset()
		client.PrependReactor("get", "deployments", scaleOf(now))
		client.PrependReactor("update", "deployments", scaleOf(2))
		d := &deployment{client: client, namespace: "models", name: "encoder", replicas: 2}
		if err := d.Restore(t.Context()); err != nil || len(changes(client)) != want {
			t.Errorf("at %d: %v, %v", now, err, changes(client))
		}
	}
	client := fake.NewClientset()
	client.PrependReactor("get", "deployments", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("no route") })
	d := &deployment{client: client, namespace: "models", name: "encoder", replicas: 2}
	if err := d.Restore(t.Context()); err == nil || !strings.Contains(err.Error(), "run: kubectl -n models scale deployment encoder --replicas=2") {
		t.Errorf("error %v", err)
	}
}

// TestNoChangeAfterTheEnd: what was stopped does not scale down any more.
func TestNoChangeAfterTheEnd(t *testing.T) {
	client := fake.NewClientset(encoder(2))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := &deployment{client: client, namespace: "models", name: "encoder"}
	if err := d.scale(ctx, 0); !errors.Is(err, context.Canceled) || len(changes(client)) > 0 {
		t.Errorf("%v %v", err, changes(client))
	}
}

func TestOpenKubernetes(t *testing.T) {
	dir := t.TempDir()
	const config = `{apiVersion: v1, kind: Config, current-context: lab, clusters: [{name: lab, cluster: {server: "https://127.0.0.1:6443"}}],
contexts: [{name: lab, context: {cluster: lab, user: me, namespace: models}}], users: [{name: me, user: {token: secret}}]}`
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	target := v1alpha1.Target{Name: "a", ColdStart: &v1alpha1.ColdStartMethod{Kubernetes: &v1alpha1.KubernetesColdStart{Kubeconfig: "config", Deployment: "encoder"}}}
	f, err := Open(target, Environment{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if f.Server() != "https://127.0.0.1:6443" || f.Change() != "scales deployment models/encoder to 0 and back" {
		t.Errorf("%s %s", f.Server(), f.Change())
	}
	target.ColdStart.Kubernetes.Context = "prod"
	if _, err := Open(target, Environment{Dir: dir}); err == nil || !strings.Contains(err.Error(), `target a: coldStart: kubernetes: reading the kubeconfig: context "prod" does not exist`) {
		t.Errorf("error %v", err)
	}
}
