package coldstart

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// apiServer answers for a Deployment with so many replicas, or fails with the status, and keeps the scales that are written.
func apiServer(t *testing.T, replicas int32, status int) (*deployment, *[]int32) {
	t.Helper()
	written := new([]int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		const path = "/apis/apps/v1/namespaces/models/deployments/encoder"
		scale := autoscalingv1.Scale{TypeMeta: metav1.TypeMeta{APIVersion: "autoscaling/v1", Kind: "Scale"}, Spec: autoscalingv1.ScaleSpec{Replicas: replicas}}
		var o any
		switch {
		case status != 0:
			http.Error(w, "no route", status)
			return
		case r.URL.Path == path:
			o = appsv1.Deployment{
				TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
				Spec:     appsv1.DeploymentSpec{Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "encoder"}}},
				Status:   appsv1.DeploymentStatus{ReadyReplicas: 1},
			}
		case r.URL.Path == path+"/scale" && r.Method == http.MethodPut:
			if err := json.NewDecoder(r.Body).Decode(&scale); err != nil {
				t.Error(err)
			}
			*written = append(*written, scale.Spec.Replicas)
			o = scale
		case r.URL.Path == path+"/scale":
			o = scale
		default:
			t.Errorf("%s %s was not to be asked for", r.Method, r.URL)
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(o); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	d, err := newDeployment(&rest.Config{Host: server.URL}, "models", v1alpha1.KubernetesColdStart{Deployment: "encoder", By: "scale"})
	if err != nil {
		t.Fatal(err)
	}
	return d, written
}

func noClock() time.Duration { return 0 }

func neverAsked(t *testing.T) func(context.Context) record.Record {
	return func(context.Context) record.Record { t.Error("a request was sent"); return record.Record{} }
}

// TestDeploymentWithoutReplicas has nothing that could start, and stays as it is.
func TestDeploymentWithoutReplicas(t *testing.T) {
	d, written := apiServer(t, 0, 0)
	_, err := d.Force(t.Context(), noClock, neverAsked(t))
	if err == nil || !strings.Contains(err.Error(), "deployment models/encoder has 0 replicas: scale it to as many as shall start") {
		t.Errorf("error %v", err)
	}
	if err := d.Restore(t.Context()); err != nil || len(*written) > 0 {
		t.Errorf("%v %v", err, *written)
	}
}

// TestRestoreDeployment scales back what is at 0, and leaves alone what somebody else scaled.
func TestRestoreDeployment(t *testing.T) {
	for now, want := range map[int32][]int32{0: {2}, 3: nil} {
		d, written := apiServer(t, now, 0)
		d.replicas = 2
		if err := d.Restore(t.Context()); err != nil || !slices.Equal(*written, want) {
			t.Errorf("at %d: %v, %v", now, err, *written)
		}
	}
	d, _ := apiServer(t, 2, http.StatusForbidden)
	d.replicas = 2
	if err := d.Restore(t.Context()); err == nil || !strings.Contains(err.Error(), "run: kubectl -n models scale deployment encoder --replicas=2") {
		t.Errorf("error %v", err)
	}
}

// TestIsWarm: a pod that is still ready when none is wanted any more will not answer the next request.
func TestIsWarm(t *testing.T) {
	for replicas, want := range map[int32]bool{0: false, 2: true} {
		d, _ := apiServer(t, replicas, 0)
		if got, err := d.IsWarm(t.Context()); err != nil || got != want {
			t.Errorf("with %d replicas: %t %v", replicas, got, err)
		}
	}
	d, _ := apiServer(t, 2, http.StatusForbidden)
	if _, err := d.IsWarm(t.Context()); err == nil || !strings.Contains(err.Error(), "reading deployment models/encoder") {
		t.Errorf("error %v", err)
	}
}

// TestStartByRequest changes nothing, and so has nothing to ask for or to restore.
func TestStartByRequest(t *testing.T) {
	d, written := apiServer(t, 0, 0)
	d.by, d.replicas = "request", 2
	if err := d.Restore(t.Context()); err != nil || len(*written) > 0 || d.Server() != "" || d.Change() != "" {
		t.Errorf("%v %v %q %q", err, *written, d.Server(), d.Change())
	}
	if _, err := d.inspect(t.Context()); err != nil {
		t.Errorf("0 replicas are no fault: %v", err)
	}
}

// TestNoChangeAfterTheEnd: what was stopped does not scale down any more.
func TestNoChangeAfterTheEnd(t *testing.T) {
	d, written := apiServer(t, 2, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.scale(ctx, 0); !errors.Is(err, context.Canceled) || len(*written) > 0 {
		t.Errorf("%v %v", err, *written)
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
