package provision_test

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/node"
	"fulcrum.dev/fulcrum/test/lab/provision"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// networks are told apart by test, since a node's number begins at 0 in each.
var networks = map[string]string{
	"TestProvisionAndConsolidate": "10.244.64.0/20", "TestQuotaReached": "10.244.80.0/20", "TestSpotInterruption": "10.244.96.0/20",
}

// start begins provisioning from one pool of nodes with 2 GPUs; a test may change it.
func start(l *labtest.Lab, change func(*provision.Options)) *provision.Provisioner {
	l.Helper()
	spec := l.NodeSpec(2)
	spec.Taints = []corev1.Taint{{Key: "gpu", Effect: corev1.TaintEffectNoSchedule}}
	o := provision.Options{
		Pools:    []provision.Pool{{Name: strings.ToLower(l.Name()), Node: spec, Delay: random.Constant(1.5), MaxNodes: 4}},
		Networks: netip.MustParsePrefix(networks[l.Name()]), Dir: filepath.Join(l.TempDir(), "nodes"), Identity: l.Identity,
		BatchIdle: 300 * time.Millisecond, BatchMax: 2 * time.Second, ConsolidateAfter: 2 * time.Second,
	}
	if change != nil {
		change(&o)
	}
	p, err := provision.Start(l.Context(), l.Cluster.Config, o)
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() {
		names := []string{}
		for _, n := range p.Nodes() {
			names = append(names, n.Name())
		}
		p.Stop()
		for _, name := range names {
			l.RemoveNode(name)
		}
	})
	return p
}

// model is a pod that needs one GPU and tolerates the pool's taint.
func model() *corev1.Pod {
	server := labtest.Server()
	server.Resources.Limits = corev1.ResourceList{node.GPU: resource.MustParse("1")}
	pod := labtest.Pod("model", server)
	pod.Spec.Tolerations = []corev1.Toleration{{Key: "gpu", Operator: corev1.TolerationOpExists}}
	return pod
}

func scale(l *labtest.Lab, replicas int) {
	l.Helper()
	patch := fmt.Appendf(nil, `{"spec":{"replicas":%d}}`, replicas)
	if _, err := l.Client.AppsV1().Deployments(l.Namespace).Patch(l.Context(), "model", "application/merge-patch+json", patch, metav1.PatchOptions{}); err != nil {
		l.Fatal(err)
	}
}

func untilNodes(l *labtest.Lab, p *provision.Provisioner, count int) {
	l.Helper()
	l.Until(fmt.Sprint(count, " nodes"), func(context.Context) (bool, error) {
		n := len(p.Nodes())
		return n == count, fmt.Errorf("there are %d", n)
	})
}

// TestProvisionAndConsolidate: pods that need 3 GPUs get two nodes of 2, after their delay, and those go when the pods do.
func TestProvisionAndConsolidate(t *testing.T) {
	l := labtest.New(t)
	p := start(l, nil)
	begin := time.Now()
	l.Deploy(3, model())
	l.UntilReplicas("model", 3)
	if took := time.Since(begin); took < 1500*time.Millisecond {
		t.Errorf("ready after %v, before a node could join", took)
	}
	if n := len(p.Nodes()); n != 2 {
		t.Errorf("%d nodes, want 2", n)
	}
	first := l.Pods("model")[0].Spec.NodeName
	scale(l, 0)
	untilNodes(l, p, 0)
	l.Until("node object gone", func(ctx context.Context) (bool, error) {
		list, err := l.Client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: provision.PoolLabel})
		return err == nil && len(list.Items) == 0, err
	})
	scale(l, 1)
	l.UntilReplicas("model", 1)
	if again := l.Pods("model")[0].Spec.NodeName; again == first {
		t.Errorf("the pod runs on %s, which was taken away", again)
	}
}

// TestQuotaReached: pods above the quota wait and say why, and run when others go.
func TestQuotaReached(t *testing.T) {
	begin := time.Now()
	l := labtest.New(t)
	p := start(l, func(o *provision.Options) { o.Pools[0].MaxGPUs = 2 })
	l.Deploy(3, model())
	l.Until("2 ready replicas and an event", func(ctx context.Context) (bool, error) {
		d, err := l.Client.AppsV1().Deployments(l.Namespace).Get(ctx, "model", metav1.GetOptions{})
		if err != nil || d.Status.ReadyReplicas != 2 {
			return false, fmt.Errorf("%v: %+v", err, d.Status)
		}
		list, err := l.Client.CoreV1().Events(l.Namespace).List(ctx, metav1.ListOptions{FieldSelector: "reason=FailedScheduling"})
		if err != nil {
			return false, err
		}
		for _, e := range list.Items {
			if strings.Contains(e.Message, "limit of 2 GPUs reached") {
				return true, nil
			}
		}
		return false, fmt.Errorf("%d other events", len(list.Items))
	})
	waiting := 0
	for _, pod := range l.Pods("model") {
		if pod.Status.Phase == corev1.PodPending {
			waiting++
		}
	}
	if waiting != 1 || len(p.Nodes()) != 1 {
		t.Errorf("%d pods wait and there are %d nodes, want 1 and 1", waiting, len(p.Nodes()))
	}
	scale(l, 2)
	l.UntilReplicas("model", 2)
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestSpotInterruption: with notice the pods of a node move before it goes.
func TestSpotInterruption(t *testing.T) {
	begin := time.Now()
	l := labtest.New(t)
	p := start(l, nil)
	l.Deploy(2, model())
	l.UntilReplicas("model", 2)
	lost := p.Nodes()[0].Name()
	interrupted := make(chan error, 1)
	go func() { interrupted <- p.Interrupt(context.WithoutCancel(t.Context()), lost, 4*time.Second) }()
	l.Until("the taint", func(ctx context.Context) (bool, error) {
		n, err := l.Client.CoreV1().Nodes().Get(ctx, lost, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, taint := range n.Spec.Taints {
			if taint.Key == provision.Disrupted.Key {
				return true, nil
			}
		}
		return false, fmt.Errorf("taints %v", n.Spec.Taints)
	})
	if err := <-interrupted; err != nil {
		t.Error(err)
	}
	if _, err := l.Client.CoreV1().Nodes().Get(t.Context(), lost, metav1.GetOptions{}); err == nil {
		t.Error("the node's object is left")
	}
	l.UntilReplicas("model", 2)
	for _, pod := range l.Pods("model") {
		if pod.Spec.NodeName == lost {
			t.Errorf("pod %s runs on the lost node", pod.Name)
		}
	}
	if err := p.Interrupt(t.Context(), lost, time.Second); err == nil {
		t.Error("a node that is gone was interrupted")
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}
