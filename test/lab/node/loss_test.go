package node_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/node"
)

// soon tolerates a lost node for a second, instead of the five minutes that the API server gives.
func soon(pod *corev1.Pod) *corev1.Pod {
	second := int64(1)
	for _, key := range []string{corev1.TaintNodeNotReady, corev1.TaintNodeUnreachable} {
		pod.Spec.Tolerations = append(pod.Spec.Tolerations, corev1.Toleration{Key: key, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute, TolerationSeconds: &second})
	}
	return pod
}

// nodeReady waits for the condition Ready of a node.
func nodeReady(l *labtest.Lab, name string, want corev1.ConditionStatus) {
	l.Helper()
	l.Until(fmt.Sprintf("ready is %s for node %s", want, name), func(ctx context.Context) (bool, error) {
		n, err := l.Client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		for _, c := range n.Status.Conditions {
			if c.Type == corev1.NodeReady {
				return c.Status == want, fmt.Errorf("it is %s", c.Status)
			}
		}
		return false, nil
	})
}

// TestNodeLoss: when a node loses power, the control plane finds out by itself, and its pods are replaced on another.
func TestNodeLoss(t *testing.T) {
	begin := time.Now()
	l := labtest.New(t)
	first := l.StartNode(l.NodeSpec(1))
	l.Deploy(1, soon(labtest.Pod("model", gpu(labtest.Server(), 1))))
	l.UntilReplicas("model", 1)
	lost := l.Pods("model")[0]
	second := l.StartNode(l.NodeSpec(1))
	first.Kill()
	if body, err := labtest.Get(t.Context(), labtest.URL(&lost, "/name")); err == nil {
		t.Errorf("the lost pod answers %q", body)
	}
	nodeReady(l, first.Name(), corev1.ConditionUnknown)
	l.Until("replacement", func(context.Context) (bool, error) {
		pods := l.Pods("model")
		return len(pods) == 1 && pods[0].UID != lost.UID && labtest.Ready(&pods[0]) && pods[0].Spec.NodeName == second.Name(), fmt.Errorf("%d pods", len(pods))
	})
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestPartition: a node that is cut off counts as lost while its pods run on, and comes back when it is healed.
func TestPartition(t *testing.T) {
	l := labtest.New(t)
	n := l.StartNode(l.NodeSpec(0))
	pod := labtest.Pod("p", labtest.Server())
	l.Create(pod)
	pod = l.UntilPod("p", "ready", labtest.Ready)
	n.Partition(true)
	nodeReady(l, n.Name(), corev1.ConditionUnknown)
	if name, err := labtest.Get(t.Context(), labtest.URL(pod, "/name")); err != nil || name != "p" {
		t.Errorf("the pod answers %q, %v", name, err)
	}
	n.Partition(false)
	nodeReady(l, n.Name(), corev1.ConditionTrue)
	l.UntilPod("p", "ready again", labtest.Ready)
}

// TestAPIServerDown: without a control plane pods serve on and crashed containers are started again; what happened
// is reported when it is back, and new pods come.
func TestAPIServerDown(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	l.Create(labtest.Pod("p", labtest.Server()))
	pod := l.UntilPod("p", "ready", labtest.Ready)
	if err := l.Cluster.StopComponent(cluster.APIServer); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { renewControlPlane(t, l.Cluster) })
	if _, err := labtest.Get(t.Context(), labtest.URL(pod, "/exit?n=3")); err == nil {
		t.Error("the server answers though it was told to exit")
	}
	l.Until("the container runs again", func(ctx context.Context) (bool, error) {
		name, err := labtest.Get(ctx, labtest.URL(pod, "/name"))
		return name == "p", err
	})
	if err := l.Cluster.StartComponent(t.Context(), cluster.APIServer); err != nil {
		t.Fatal(err)
	}
	l.UntilPod("p", "reported as restarted", func(p *corev1.Pod) bool {
		return labtest.Ready(p) && p.Status.ContainerStatuses[0].RestartCount == 1
	})
	l.Create(labtest.Pod("new", labtest.Server()))
	l.UntilPod("new", "ready", labtest.Ready)
}

// renewControlPlane makes the control plane as good as new for other tests: it starts the API server if that is still down, and
// starts anew what waits ever longer before it asks a lost API server again, up to half a minute for each kind of object.
func renewControlPlane(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	for _, name := range []string{cluster.APIServer, cluster.ControllerManager, cluster.Scheduler} {
		if _, down := c.Process(name); down == nil {
			if name == cluster.APIServer {
				continue
			}
			if err := c.StopComponent(name); err != nil {
				t.Error(err)
			}
		}
		if err := c.StartComponent(context.Background(), name); err != nil {
			t.Error(err)
		}
	}
}

// TestShutdown: a node that is stopped ends its pods gracefully, reports them, and counts as not ready.
func TestShutdown(t *testing.T) {
	l := labtest.New(t)
	n := l.StartNode(l.NodeSpec(0))
	l.Create(labtest.Pod("p", labtest.Server()))
	l.UntilPod("p", "ready", labtest.Ready)
	if err := n.Stop(t.Context(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	pod := l.UntilPod("p", "failed", labtest.Phase(corev1.PodFailed))
	if end := pod.Status.ContainerStatuses[0].State.Terminated; pod.Status.Reason != "Terminated" || end == nil || end.ExitCode != 0 {
		t.Errorf("status %+v", pod.Status)
	}
	nodeReady(l, n.Name(), corev1.ConditionFalse)
}

// TestInitContainers: they run in order before the others; a sidecar goes on and ends after them.
func TestInitContainers(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	share := func(c corev1.Container) corev1.Container {
		c.VolumeMounts = []corev1.VolumeMount{{Name: "state", MountPath: "/state"}}
		return c
	}
	always := corev1.ContainerRestartPolicyAlways
	sidecar := share(labtest.Shell("sidecar", "echo side >> /state/order; trap 'echo sidecar-end >> /state/order; cat /state/order; exit 0' TERM; touch /state/up; while :; do sleep 0.05; done"))
	sidecar.RestartPolicy = &always
	sidecar.StartupProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"test", "-e", "/state/up"}}}, PeriodSeconds: 1, FailureThreshold: 30}
	pod := labtest.Pod("p", share(labtest.Shell("main", "echo main >> /state/order")))
	pod.Spec.InitContainers = []corev1.Container{
		// It fails once.
		share(labtest.Shell("first", "echo first >> /state/order; [ -e /state/tried ] || { touch /state/tried; exit 1; }")),
		sidecar, share(labtest.Shell("second", "echo second >> /state/order")),
	}
	thirty := int64(30)
	pod.Spec.RestartPolicy, pod.Spec.TerminationGracePeriodSeconds = corev1.RestartPolicyOnFailure, &thirty
	pod.Spec.Volumes = []corev1.Volume{{Name: "state", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
	l.Create(pod)
	pod = l.UntilPod("p", "succeeded", labtest.Phase(corev1.PodSucceeded))
	if got, want := l.PodLog("p", corev1.PodLogOptions{Container: "sidecar"}), "first\nfirst\nside\nsecond\nmain\nsidecar-end\n"; got != want {
		t.Errorf("order %q, want %q", got, want)
	}
	if n := pod.Status.InitContainerStatuses[0].RestartCount; n != 1 {
		t.Errorf("the first init container was restarted %d times", n)
	}
}

// TestImages: a pull takes as long as its size does, once for a node; a name that nobody knows is backed off.
func TestImages(t *testing.T) {
	l := labtest.New(t)
	spec := l.NodeSpec(0)
	spec.Images["big"] = node.Image{Size: 3 << 30, Entrypoint: []string{"sleep"}, Cmd: []string{"1000"}}
	spec.Delays = node.Delays{PullRate: random.Constant(1 << 30), WeightRate: random.Constant(10 << 30)}
	l.StartNode(spec)
	first := labtest.Pod("first", corev1.Container{Name: "c", Image: "big"})
	l.Create(first)
	took := func(name string) time.Duration {
		pod := l.UntilPod(name, "ready", labtest.Ready)
		return pod.Status.ContainerStatuses[0].State.Running.StartedAt.Sub(pod.Status.StartTime.Time)
	}
	if d := took("first"); d < 2*time.Second { // of 3 s, as times are in whole seconds
		t.Errorf("3 GiB at 1 GiB/s took %v", d)
	}
	l.Create(labtest.Pod("second", corev1.Container{Name: "c", Image: "big"}))
	if d := took("second"); d >= 3*time.Second {
		t.Errorf("an image that the node has took %v", d)
	}
	l.Create(labtest.Pod("none", corev1.Container{Name: "c", Image: "no/such:image"}))
	l.UntilPod("none", "backing off", func(p *corev1.Pod) bool {
		s := p.Status.ContainerStatuses
		return len(s) == 1 && s[0].State.Waiting != nil && s[0].State.Waiting.Reason == "ImagePullBackOff"
	})

	heavy := labtest.Pod("heavy", labtest.Server())
	heavy.Annotations = map[string]string{node.Weights: "20Gi"}
	l.Create(heavy)
	pod := l.UntilPod("heavy", "running", labtest.Phase(corev1.PodRunning))
	if labtest.Ready(pod) {
		t.Error("ready before its weights were loaded")
	}
	pod = l.UntilPod("heavy", "ready", labtest.Ready)
	for _, c := range pod.Status.Conditions {
		if wait := c.LastTransitionTime.Sub(pod.Status.StartTime.Time); c.Type == corev1.PodReady && wait < time.Second {
			t.Errorf("20 GiB of weights at 10 GiB/s took %v", wait)
		}
	}
}
