package coldstart_test

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
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/node"
	"fulcrum.dev/fulcrum/test/lab/provision"
)

// joining is the time from the order of a node to its joining the cluster.
const joining = 1500 * time.Millisecond

// placing bounds the time from a ready node to the pod's place on it: its taint goes, and the scheduler tries again.
const placing = 5 * time.Second

// provisioned adds a node for pods that find no place, in the manner of Karpenter, and keeps it.
func provisioned(l *labtest.Lab) {
	l.Helper()
	p, err := provision.Start(l.Context(), l.Cluster.Config, provision.Options{
		Pools:    []provision.Pool{{Name: "pool", Node: slow(l), Delay: random.Constant(joining.Seconds()), MaxNodes: 1}},
		Networks: netip.MustParsePrefix("10.244.128.0/20"), Dir: filepath.Join(l.TempDir(), "nodes"), Identity: l.Identity,
		BatchIdle: 300 * time.Millisecond, ConsolidateAfter: -1,
	})
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() {
		nodes := p.Nodes()
		p.Stop()
		for _, n := range nodes {
			l.RemoveNode(n.Name())
		}
	})
}

// cordon has no further pod placed on a node, as before it is drained.
func cordon(l *labtest.Lab, name string) {
	l.Helper()
	patch := []byte(`{"spec":{"unschedulable":true}}`)
	if _, err := l.Client.CoreV1().Nodes().Patch(l.Context(), name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		l.Fatal(err)
	}
}

// TestScaleOntoANewNode: the pod finds no place, and an autoscaler has a node join. The next pod finds that node.
func TestScaleOntoANewNode(t *testing.T) {
	l, asked := deployed(t, 1)
	cordon(l, l.Pods("model")[0].Spec.NodeName)
	provisioned(l)
	log := run(t.Context(), t, suite(2, asked), target.Access{}, nil, nil)
	for _, c := range log.ColdStarts {
		wantColdStart(t, c, "kubernetes-scale", podPhases...)
		if !strings.HasPrefix(c.Evidence, "pod model-") || !strings.Contains(c.Evidence, " started on node pool-0, and no pod was left from before") {
			t.Error(c.Evidence)
		}
	}
	first, second := moments(log.ColdStarts[0]), moments(log.ColdStarts[1])
	if took := first[record.Capacity] - first[record.Trigger]; took < joining {
		t.Errorf("there was a node after %s, and it joins after %s at the least", took, joining)
	}
	if took := first[record.Placed] - first[record.Capacity]; took > placing {
		t.Errorf("placed %s after the node was ready, want at most %s", took, placing)
	}
	if second[record.Capacity] != second[record.Trigger] {
		t.Errorf("there was a node at %s, and it was there at the trigger, at %s", second[record.Capacity], second[record.Trigger])
	}
}

// TestScaleWhileTheNodeIsReplaced: as long as there is no place, that is the reason for which there was no start. Then a machine
// goes, and another one comes under its name: that one is new.
func TestScaleWhileTheNodeIsReplaced(t *testing.T) {
	l := labtest.New(t)
	spec := slow(l)
	machine := l.StartNode(spec)
	asked := exposed(l, 1, model())
	cordon(l, spec.Name)
	impatient := suite(1, asked)
	impatient.Spec.ColdStarts.Timeout = unit.Duration(2 * time.Second)
	c := run(t.Context(), t, impatient, target.Access{}, nil, nil).ColdStarts[0]
	if c.Confirmed || len(c.Phases) != 1 || !strings.Contains(c.Failure, "has no node: Unschedulable: 0/1 nodes are available: 1 node(s) were unschedulable") {
		t.Errorf("%+v", c)
	}

	before := l.Pods("model")
	log := start(t.Context(), t, suite(1, asked), target.Access{}, nil, nil)
	l.Until("another pod without a place", func(context.Context) (bool, error) {
		pods := l.Pods("model")
		return len(pods) == 1 && pods[0].UID != before[0].UID && labtest.Condition(&pods[0], corev1.PodScheduled) == corev1.ConditionFalse, fmt.Errorf("%d pods", len(pods))
	})
	machine.Kill()
	l.RemoveNode(spec.Name)
	ordered := time.Now()
	l.StartNode(spec)
	joined := time.Now()
	made := log()
	wantColdStart(t, made.ColdStarts[0], "kubernetes-scale", podPhases...)
	at := moments(made.ColdStarts[0])
	if capacity := made.Header.Start.Add(at[record.Capacity]); capacity.Before(ordered) || capacity.After(joined) {
		t.Errorf("there was a node at %s, and it joined from %s to %s", capacity, ordered, joined)
	}
	if took := at[record.Placed] - at[record.Capacity]; took > placing {
		t.Errorf("placed %s after the node was ready, want at most %s", took, placing)
	}
}

// TestDeleteOnAFullNode: the new pod waits for what the old one has, and since when there was room nobody says.
func TestDeleteOnAFullNode(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(slow(l))
	pod := model()
	server := &pod.Spec.Containers[0]
	server.Resources.Limits = corev1.ResourceList{node.GPU: resource.MustParse("1")}
	pod.Spec.TerminationGracePeriodSeconds = new(int64(10))
	server.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/infer?n=1000", Port: intstr.FromString("http")}}}
	asked := exposed(l, 1, pod)
	asked.ColdStart.Kubernetes.By = "delete"
	c := run(t.Context(), t, suite(1, asked), target.Access{}, nil, nil).ColdStarts[0]
	wantColdStart(t, c, "kubernetes-delete", record.Trigger, record.Placed, record.Image, record.Process, record.Model, record.Ready, record.FirstByte)
	if at := moments(c); at[record.Placed]-at[record.Trigger] < time.Second {
		t.Errorf("placed after %s, and the old pod leaves after a second", at[record.Placed]-at[record.Trigger])
	}
}
