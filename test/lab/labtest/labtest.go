// Package labtest is for tests against a real control plane: one cluster for all tests of a package, in a sandbox,
// and a namespace of its own for each.
//
// TestMain calls Main; a test calls New, and gets clients, nodes and the means to wait. The test binary is the
// image "testserver" of package testserver.
package labtest

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"fulcrum.dev/fulcrum/test/lab/binary"
	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/node"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
	"fulcrum.dev/fulcrum/test/lab/testserver"
)

// Image is the name of the test server's.
const Image = "testserver"

// patience is how long a condition may take to come about.
const patience = 60 * time.Second

// Main is for TestMain. It does not return.
func Main(m *testing.M) {
	testserver.Main()
	sandbox.Main(m, binary.Build)
}

// shared is the package's cluster, which ends with the sandbox.
var shared = sync.OnceValues(func() (*cluster.Cluster, error) {
	return cluster.Start(context.Background(), cluster.Options{
		HPA: cluster.HPA{
			SyncPeriod: time.Second, DownscaleStabilization: 3 * time.Second,
			InitialReadinessDelay: time.Second, CPUInitialization: time.Second,
		},
		NodeMonitorGrace: 4 * time.Second,
	})
})

// subnets counts the networks of nodes.
var subnets atomic.Int32

// A Lab is what one test has.
type Lab struct {
	*testing.T

	Cluster   *cluster.Cluster
	Client    kubernetes.Interface
	Namespace string
}

// New starts the cluster, if it does not run yet, and makes a namespace, named after the test, that ends with it.
func New(t *testing.T) *Lab {
	t.Helper()
	sandbox.Require(t)
	c, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	l := &Lab{T: t, Cluster: c}
	if l.Client, err = kubernetes.NewForConfig(c.Config); err != nil {
		t.Fatal(err)
	}
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	namespace, err := l.Client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: name + "-"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	l.Namespace = namespace.Name
	l.Until("service account", func(ctx context.Context) (bool, error) {
		_, err := l.Client.CoreV1().ServiceAccounts(l.Namespace).Get(ctx, "default", metav1.GetOptions{})
		return err == nil, err
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := l.Client.CoreV1().Namespaces().Delete(ctx, l.Namespace, metav1.DeleteOptions{}); err != nil {
			t.Error(err)
		}
	})
	return l
}

// Until polls a condition, whose error is shown when it does not come about.
func (l *Lab) Until(what string, condition func(context.Context) (bool, error)) {
	l.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		done, err := condition(ctx)
		if done {
			return
		}
		select {
		case <-ctx.Done():
			l.Fatalf("not within %v: %s (%v)", patience, what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// NodeSpec is a node with a network of its own that a test may change before it starts it.
func (l *Lab) NodeSpec(gpus int64) node.Spec {
	l.Helper()
	number := subnets.Add(1)
	self, err := os.Executable()
	if err != nil {
		l.Fatal(err)
	}
	return node.Spec{
		Name:    fmt.Sprintf("node-%d", number),
		PodCIDR: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 244, byte(number), 0}), 24),
		Capacity: corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("8"), corev1.ResourceMemory: resource.MustParse("32Gi"),
			node.GPU: *resource.NewQuantity(gpus, resource.DecimalSI),
		},
		Images: map[string]node.Image{
			// Under the race detector a program would sleep for a second at its end.
			Image:   {Entrypoint: []string{self, testserver.Argument}, Env: []string{"GORACE=atexit_sleep_ms=0"}},
			"tools": {},
		},
		Timing: node.Timing{LeasePeriod: time.Second, BackoffStart: time.Second, VolumePeriod: 500 * time.Millisecond},
		Dir:    filepath.Join(l.TempDir(), "node"),
	}
}

// Identity is a node's own, with no more rights than a kubelet has.
func (l *Lab) Identity(name string) (*rest.Config, error) {
	return l.Cluster.Identity(cluster.NodeUser(name))
}

// StartNode starts a node, and waits until pods are scheduled on it. It is killed and its object removed with the test.
func (l *Lab) StartNode(spec node.Spec) *node.Node {
	l.Helper()
	config, err := l.Identity(spec.Name)
	if err != nil {
		l.Fatal(err)
	}
	n, err := node.Start(l.Context(), config, spec)
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() {
		n.Kill()
		l.RemoveNode(spec.Name)
	})
	l.Until("untainted node", func(ctx context.Context) (bool, error) {
		object, err := l.Client.CoreV1().Nodes().Get(ctx, spec.Name, metav1.GetOptions{})
		return err == nil && len(object.Spec.Taints) == len(spec.Taints), err
	})
	return n
}

// RemoveNode deletes a Node object, if it is there, and the pods that were bound to it.
func (l *Lab) RemoveNode(name string) {
	l.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	now := int64(0)
	list, err := l.Client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=" + name})
	if err != nil {
		l.Error(err)
		return
	}
	for _, p := range list.Items {
		// It may be gone by now.
		_ = l.Client.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &now})
	}
	_ = l.Client.CoreV1().Nodes().Delete(ctx, name, metav1.DeleteOptions{})
}
