package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"fulcrum.dev/fulcrum/test/lab/await"
	"fulcrum.dev/fulcrum/test/lab/binary"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

func TestMain(m *testing.M) { sandbox.Main(m, binary.Build) }

// startCluster starts one that ends with the test.
func startCluster(t *testing.T, o Options) *Cluster {
	t.Helper()
	sandbox.Require(t)
	began := time.Now()
	c, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(c.Folder); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left: %v", c.Folder, err)
		}
	})
	t.Logf("usable after %s", time.Since(began).Round(time.Millisecond))
	return c
}

// TestCluster looks at one cluster from several sides, as starting one takes seconds.
func TestCluster(t *testing.T) {
	c := startCluster(t, Options{HPA: HPA{SyncPeriod: time.Second}, NodeMonitorGrace: 8 * time.Second})
	t.Run("version", func(t *testing.T) { testVersion(t, c) })
	t.Run("custom resource", func(t *testing.T) { testCustomResource(t, c) })
	t.Run("aggregated API", func(t *testing.T) { testAggregatedAPI(t, c) })
	t.Run("rights", func(t *testing.T) { testRights(t, c) })
	t.Run("pending pod", func(t *testing.T) { testPendingPod(t, c) })
	t.Run("memory", func(t *testing.T) { testMemory(t, c) })
	t.Run("API server down", func(t *testing.T) { testServerDown(t, c) })
	t.Run("died", func(t *testing.T) { testDied(t, c) })
}

// testVersion reads the kubeconfig, as another program would.
func testVersion(t *testing.T, c *Cluster) {
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	version, err := clients.Discovery().ServerVersion()
	if err != nil || !strings.HasPrefix(version.GitVersion, "v1.37.") {
		t.Errorf("version %v, %v; want one of v1.37", version, err)
	}
}

// testCustomResource registers a definition and writes and reads an object of it.
func testCustomResource(t *testing.T, c *Cluster) {
	client, err := dynamic.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	definition := map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{"name": "levers.lab.fulcrum.dev"},
		"spec": map[string]any{
			"group": "lab.fulcrum.dev", "scope": "Namespaced",
			"names": map[string]any{"plural": "levers", "singular": "lever", "kind": "Lever"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{
					"type": "object", "properties": map[string]any{"spec": map[string]any{
						"type": "object", "properties": map[string]any{"length": map[string]any{"type": "integer", "minimum": int64(1)}},
					}},
				}},
			}},
		},
	}
	definitions := client.Resource(schema.GroupVersionResource{
		Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions",
	})
	if _, err := definitions.Create(t.Context(), &unstructured.Unstructured{Object: definition}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	levers := client.Resource(schema.GroupVersionResource{Group: "lab.fulcrum.dev", Version: "v1", Resource: "levers"}).Namespace("default")
	lever := func(name string, length int64) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{
			"apiVersion": "lab.fulcrum.dev/v1", "kind": "Lever",
			"metadata": map[string]any{"name": name}, "spec": map[string]any{"length": length},
		}}
	}
	await.Success(t, "the custom resource to be served", func(ctx context.Context) error {
		_, err := levers.Create(ctx, lever("long", 3), metav1.CreateOptions{})
		return err
	})
	got, err := levers.Get(t.Context(), "long", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if length, _, _ := unstructured.NestedInt64(got.Object, "spec", "length"); length != 3 {
		t.Errorf("read back %v, want length 3", got.Object)
	}
	if _, err := levers.Create(t.Context(), lever("none", 0), metav1.CreateOptions{}); !apierrors.IsInvalid(err) {
		t.Errorf("a lever of length 0: %v; want it to be invalid", err)
	}
}

// testRights shows that RBAC is on: a user without a role may not, and a node may read itself.
func testRights(t *testing.T, c *Cluster) {
	nobody, err := c.Identity(User{Name: "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	clients, err := kubernetes.NewForConfig(nobody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := clients.CoreV1().Secrets("").List(t.Context(), metav1.ListOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("nobody lists secrets: %v; want it to be forbidden", err)
	}
	agent, err := c.Identity(NodeUser("node-1"))
	if err != nil {
		t.Fatal(err)
	}
	if clients, err = kubernetes.NewForConfig(agent); err != nil {
		t.Fatal(err)
	}
	node := func(name string) *corev1.Node { return &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}} }
	if _, err := clients.CoreV1().Nodes().Create(t.Context(), node("node-2"), metav1.CreateOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("node-1 registers node-2: %v; want it to be forbidden", err)
	}
	if _, err := clients.CoreV1().Nodes().Create(t.Context(), node("node-1"), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	// The controller manager gives it a part of the pods' network.
	await.Success(t, "the node to have a pod network", func(ctx context.Context) error {
		n, err := clients.CoreV1().Nodes().Get(ctx, "node-1", metav1.GetOptions{})
		if err == nil && !strings.HasPrefix(n.Spec.PodCIDR, "10.244.") {
			err = fmt.Errorf("pod network %q", n.Spec.PodCIDR)
		}
		return err
	})
}

// testPendingPod shows that the scheduler looks at pods: the only node is not ready.
func testPendingPod(t *testing.T, c *Cluster) {
	clients, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	pods := clients.CoreV1().Pods("default")
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "pending"},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "none"}}},
	}
	if _, err := pods.Create(t.Context(), pod, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	await.Success(t, "the scheduler to find no node", func(ctx context.Context) error {
		p, err := pods.Get(ctx, "pending", metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, condition := range p.Status.Conditions {
			if condition.Type == corev1.PodScheduled && condition.Reason == corev1.PodReasonUnschedulable {
				return nil
			}
		}
		return fmt.Errorf("conditions %v", p.Status.Conditions)
	})
}

func testMemory(t *testing.T, c *Cluster) {
	memory, err := c.Memory()
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, name := range []string{Etcd, APIServer, Scheduler, ControllerManager} {
		t.Logf("%s: %d MiB resident", name, memory[name]>>20)
		if memory[name] < 10<<20 {
			t.Errorf("%s has %d bytes, which cannot be", name, memory[name])
		}
		sum += memory[name]
	}
	if sum > 1<<30 {
		t.Errorf("the control plane has %d MiB resident, want less than 1 GiB", sum>>20)
	}
}

// testServerDown ends the API server and starts it again with what was stored.
func testServerDown(t *testing.T, c *Cluster) {
	clients, err := kubernetes.NewForConfig(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.StopComponent(APIServer); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := clients.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{}); err == nil {
		t.Error("the API answers though its server is down")
	}
	if _, err := c.Process(APIServer); err == nil {
		t.Error("a stopped component has a process")
	}
	if err := c.StartComponent(t.Context(), APIServer); err != nil {
		t.Fatal(err)
	}
	t.Logf("back after %s", time.Since(began).Round(time.Millisecond))
	if err := c.StartComponent(t.Context(), APIServer); err == nil {
		t.Error("a running component was started again")
	}
	if _, err := clients.CoreV1().Pods("default").Get(t.Context(), "pending", metav1.GetOptions{}); err != nil {
		t.Errorf("the pod is not there any more: %v", err)
	}
	select {
	case err := <-c.Died():
		t.Errorf("a component that was stopped counts as dead: %v", err)
	default:
	}
}

// testDied ends a component behind the cluster's back.
func testDied(t *testing.T, c *Cluster) {
	pid, err := c.Process(Scheduler)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-c.Died():
		if !strings.Contains(err.Error(), "kube-scheduler: ended: signal: killed") {
			t.Errorf("error %v, want one that names the component and how it ended", err)
		}
	case <-time.After(30 * time.Second):
		t.Error("nobody noticed")
	}
	if err := c.StartComponent(t.Context(), Scheduler); err != nil {
		t.Error(err)
	}
}

// TestFailureShowsLog starts a component with a flag that there is not.
func TestFailureShowsLog(t *testing.T) {
	sandbox.Require(t)
	_, err := Start(t.Context(), Options{Flags: map[string][]string{APIServer: {"--no-such-flag"}}})
	for _, want := range []string{"kube-apiserver", "exit status 1", "unknown flag: --no-such-flag"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v; want %q in it", err, want)
		}
	}
}
