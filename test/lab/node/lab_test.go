package node_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/node"
	"fulcrum.dev/fulcrum/test/lab/proxy"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func gpu(c corev1.Container, count int64) corev1.Container {
	c.Resources.Limits = corev1.ResourceList{node.GPU: *resource.NewQuantity(count, resource.DecimalSI)}
	return c
}

// TestReadiness: a pod is ready when its probe says so, and is not while it does not.
func TestReadiness(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(2))
	l.Create(labtest.Pod("p", gpu(labtest.Server(), 2)))
	pod := l.UntilPod("p", "ready", labtest.Ready)
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.ContainersReady} {
		if labtest.Condition(pod, kind) != corev1.ConditionTrue {
			t.Errorf("condition %s is not true: %+v", kind, pod.Status.Conditions)
		}
	}
	if pod.Status.Phase != corev1.PodRunning || !strings.HasPrefix(pod.Status.PodIP, "10.244.") || pod.Status.HostIP == "" {
		t.Errorf("status %+v", pod.Status)
	}
	if gpus, err := labtest.Get(t.Context(), labtest.URL(pod, "/env?name=NVIDIA_VISIBLE_DEVICES")); gpus != "GPU-0,GPU-1" {
		t.Errorf("GPUs %q, %v", gpus, err)
	}
	if _, err := labtest.Get(t.Context(), labtest.URL(pod, "/unready?on=true")); err != nil {
		t.Fatal(err)
	}
	pod = l.UntilPod("p", "unready", func(p *corev1.Pod) bool { return !labtest.Ready(p) })
	if n := pod.Status.ContainerStatuses[0].RestartCount; n != 0 {
		t.Errorf("readiness restarted the container %d times", n)
	}
	if _, err := labtest.Get(t.Context(), labtest.URL(pod, "/unready?on=false")); err != nil {
		t.Fatal(err)
	}
	l.UntilPod("p", "ready again", labtest.Ready)
}

// TestLiveness: a container whose liveness probe fails is killed and started again.
func TestLiveness(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	server := labtest.Server()
	server.LivenessProbe = server.ReadinessProbe.DeepCopy()
	server.LivenessProbe.HTTPGet.Path = "/live"
	server.StartupProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(8080)}}, PeriodSeconds: 1, FailureThreshold: 30}
	l.Create(labtest.Pod("p", server))
	pod := l.UntilPod("p", "ready", labtest.Ready)
	if _, err := labtest.Get(t.Context(), labtest.URL(pod, "/die")); err != nil {
		t.Fatal(err)
	}
	pod = l.UntilPod("p", "restarted", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount == 1 && labtest.Ready(p) })
	if last := pod.Status.ContainerStatuses[0].LastTerminationState.Terminated; last == nil || last.ExitCode != 0 || last.Reason != "Completed" {
		t.Errorf("last end %+v, want a graceful one", last)
	}
	event(l, "p", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 503")
}

// event waits for one of an object.
func event(l *labtest.Lab, object, reason, part string) {
	l.Helper()
	l.Until(fmt.Sprintf("event %s of %s with %q", reason, object, part), func(ctx context.Context) (bool, error) {
		list, err := l.Client.CoreV1().Events(l.Namespace).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=" + object})
		if err != nil {
			return false, err
		}
		for _, e := range list.Items {
			if e.Reason == reason && strings.Contains(e.Message, part) {
				return true, nil
			}
		}
		return false, fmt.Errorf("%d other events", len(list.Items))
	})
}

// TestCrashLoop: a container that fails is started again, and from its second failure on after a wait.
func TestCrashLoop(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	l.Create(labtest.Pod("p", labtest.Shell("c", "echo try; exit 7")))
	pod := l.UntilPod("p", "in a crash loop", func(p *corev1.Pod) bool {
		w := p.Status.ContainerStatuses
		return len(w) == 1 && w[0].State.Waiting != nil && w[0].State.Waiting.Reason == "CrashLoopBackOff" && w[0].RestartCount >= 1
	})
	s := pod.Status.ContainerStatuses[0]
	if last := s.LastTerminationState.Terminated; last == nil || last.ExitCode != 7 || last.Reason != "Error" {
		t.Errorf("last end %+v", last)
	}
	if pod.Status.Phase != corev1.PodRunning {
		t.Errorf("phase %s: a pod that restarts always is running between its tries", pod.Status.Phase)
	}
	l.UntilPod("p", "restarted", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount > s.RestartCount })
	if got := l.PodLog("p", corev1.PodLogOptions{Previous: true}); got != "try\n" {
		t.Errorf("log of the last run: %q", got)
	}
}

// TestRestartPolicies: how pods end whose containers are not started again.
func TestRestartPolicies(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	for _, test := range []struct {
		name     string
		policy   corev1.RestartPolicy
		script   string
		phase    corev1.PodPhase
		restarts int32
	}{
		{"never-good", corev1.RestartPolicyNever, "exit 0", corev1.PodSucceeded, 0},
		{"never-bad", corev1.RestartPolicyNever, "exit 2", corev1.PodFailed, 0},
		{"on-failure", corev1.RestartPolicyOnFailure, "[ -e /state/x ] || { touch /state/x; exit 1; }", corev1.PodSucceeded, 1},
	} {
		c := labtest.Shell("c", test.script)
		c.VolumeMounts = []corev1.VolumeMount{{Name: "state", MountPath: "/state"}}
		pod := labtest.Pod(test.name, c)
		pod.Spec.RestartPolicy = test.policy
		pod.Spec.Volumes = []corev1.Volume{{Name: "state", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
		l.Create(pod)
		pod = l.UntilPod(test.name, string(test.phase), labtest.Phase(test.phase))
		if n := pod.Status.ContainerStatuses[0].RestartCount; n != test.restarts {
			t.Errorf("%s: %d restarts, want %d", test.name, n, test.restarts)
		}
		if labtest.Ready(pod) {
			t.Errorf("%s is ready after its end", test.name)
		}
	}
}

func TestJob(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	completions, parallel := int32(3), int32(2)
	job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "j"}, Spec: batchv1.JobSpec{Completions: &completions, Parallelism: &parallel}}
	job.Spec.Template.Spec = corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{labtest.Shell("c", "echo done")}}
	if _, err := l.Client.BatchV1().Jobs(l.Namespace).Create(t.Context(), job, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	l.Until("job complete", func(ctx context.Context) (bool, error) {
		j, err := l.Client.BatchV1().Jobs(l.Namespace).Get(ctx, "j", metav1.GetOptions{})
		return err == nil && j.Status.Succeeded == 3 && j.Status.CompletionTime != nil, err
	})
}

// TestTermination: what a pod does when it is deleted, within its grace.
func TestTermination(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	graceful := labtest.Pod("graceful", labtest.Server())
	thirty := int64(30)
	graceful.Spec.TerminationGracePeriodSeconds = &thirty
	l.Create(graceful)
	l.Create(labtest.Pod("stubborn", labtest.Shell("c", "while :; do sleep 0.1; done")))
	pod := l.UntilPod("graceful", "ready", labtest.Ready)
	l.UntilPod("stubborn", "running", labtest.Phase(corev1.PodRunning))

	answer := make(chan string, 1)
	go func() { // a request that is in flight at the end is answered
		body, err := labtest.Get(context.WithoutCancel(t.Context()), labtest.URL(pod, "/infer?n=3000"))
		answer <- fmt.Sprint(body, err)
	}()
	l.Until("request in flight", func(ctx context.Context) (bool, error) {
		text, err := labtest.Get(ctx, labtest.URL(pod, "/metrics"))
		return strings.Contains(text, "requests_in_flight 1"), err
	})
	begin := time.Now()
	for _, name := range []string{"graceful", "stubborn"} {
		if err := l.Client.CoreV1().Pods(l.Namespace).Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	l.UntilGone("stubborn")
	if took := time.Since(begin); took < time.Second {
		t.Errorf("a process that ignores SIGTERM was gone after %v, before its grace of 1 s", took)
	}
	l.UntilGone("graceful")
	if got := <-answer; got != "graceful<nil>" {
		t.Errorf("the request in flight got %q", got)
	}
	if took := time.Since(begin); took > 25*time.Second {
		t.Errorf("took %v: the grace was waited for", took)
	}
}

// TestLogs reads them through the API server, as kubectl logs does.
func TestLogs(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	pod := labtest.Pod("p", labtest.Shell("one", "echo a; echo b; echo c >&2; echo d"), labtest.Shell("two", "echo other"))
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	l.Create(pod)
	l.UntilPod("p", "succeeded", labtest.Phase(corev1.PodSucceeded))
	tail, limit := int64(1), int64(3)
	all := l.PodLog("p", corev1.PodLogOptions{Container: "one", Follow: true})
	// The two streams are pipes of their own: only the order within each is certain.
	if strings.Replace(all, "c\n", "", 1) != "a\nb\nd\n" || len(all) != 8 {
		t.Errorf("log %q", all)
	}
	if got := l.PodLog("p", corev1.PodLogOptions{Container: "one", TailLines: &tail}); len(got) != 2 {
		t.Errorf("last line %q", got)
	}
	if got := l.PodLog("p", corev1.PodLogOptions{Container: "two", LimitBytes: &limit}); got != "oth" {
		t.Errorf("first bytes %q", got)
	}
	stamp, _, _ := strings.Cut(l.PodLog("p", corev1.PodLogOptions{Container: "two", Timestamps: true}), " ")
	if _, err := time.Parse(time.RFC3339Nano, stamp); err != nil {
		t.Error(err)
	}
}

// TestService: a Service leads to ready pods only.
func TestService(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(0))
	p, err := proxy.Start(t.Context(), l.Cluster.Config, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	for _, name := range []string{"a", "b"} {
		pod := labtest.Pod(name, labtest.Server())
		pod.Labels = map[string]string{"app": "model"}
		l.Create(pod)
	}
	service, err := l.Client.CoreV1().Services(l.Namespace).Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "model"},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "model"}, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromString("http")}}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + service.Spec.ClusterIP
	answers := func(want ...string) {
		t.Helper()
		l.Until(fmt.Sprint("answers from ", want), func(ctx context.Context) (bool, error) {
			seen := map[string]bool{}
			for range 6 {
				name, err := labtest.Get(ctx, url+"/name")
				if err != nil {
					return false, err
				}
				seen[name] = true
			}
			for _, name := range want {
				if !seen[name] {
					return false, fmt.Errorf("answers from %v", seen)
				}
			}
			return len(seen) == len(want), fmt.Errorf("answers from %v", seen)
		})
	}
	answers("a", "b")
	a := l.UntilPod("a", "ready", labtest.Ready)
	if _, err := labtest.Get(t.Context(), labtest.URL(a, "/unready?on=true")); err != nil {
		t.Fatal(err)
	}
	answers("b")
}

// TestPendingForGPUs: a pod that no node has the GPUs for waits, and runs when one comes free.
func TestPendingForGPUs(t *testing.T) {
	l := labtest.New(t)
	l.StartNode(l.NodeSpec(2))
	l.Create(labtest.Pod("first", gpu(labtest.Server(), 1)))
	l.UntilPod("first", "ready", labtest.Ready)
	l.Create(labtest.Pod("second", gpu(labtest.Server(), 2)))
	pod := l.UntilPod("second", "unschedulable", func(p *corev1.Pod) bool { return labtest.Condition(p, corev1.PodScheduled) == corev1.ConditionFalse })
	for _, c := range pod.Status.Conditions {
		if c.Reason != corev1.PodReasonUnschedulable || !strings.Contains(c.Message, "Insufficient nvidia.com/gpu") {
			t.Errorf("condition %+v", c)
		}
	}
	if err := l.Client.CoreV1().Pods(l.Namespace).Delete(t.Context(), "first", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	l.UntilPod("second", "ready", labtest.Ready)
}
