package coldstart_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/node"
	"fulcrum.dev/fulcrum/test/lab/proxy"
)

const weightSeconds = 0.7 // to load the model

// slow is a node that takes a while for everything.
func slow(l *labtest.Lab) node.Spec {
	l.Helper()
	spec := l.NodeSpec(1)
	image := spec.Images[labtest.Image]
	image.Size = 1 << 20
	spec.Images[labtest.Image] = image
	spec.Delays = node.Delays{
		PullLatency: random.Constant(0.3), ContainerStart: random.Constant(0.2), WeightRate: random.Constant(1e9),
	}
	return spec
}

// model is a pod of a model server with a start-up probe.
func model() *corev1.Pod {
	server := labtest.Server()
	server.StartupProbe = server.ReadinessProbe.DeepCopy()
	server.StartupProbe.FailureThreshold = 60
	pod := labtest.Pod("model", server)
	pod.Annotations = map[string]string{node.Weights: "700M"}
	return pod
}

// deployed is a Deployment of model servers behind a Service, on a slow node.
func deployed(t *testing.T, replicas int32) (*labtest.Lab, v1alpha1.Target) {
	t.Helper()
	l := labtest.New(t)
	l.StartNode(slow(l))
	return l, exposed(l, replicas, model())
}

// exposed makes a Deployment of the pod, and a Service.
func exposed(l *labtest.Lab, replicas int32, pod *corev1.Pod) v1alpha1.Target {
	l.Helper()
	p, err := proxy.Start(l.Context(), l.Cluster.Config, nil)
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(p.Stop)
	l.Deploy(replicas, pod)
	service, err := l.Client.CoreV1().Services(l.Namespace).Create(l.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "model"},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "model"}, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromString("http")}}},
	}, metav1.CreateOptions{})
	if err != nil {
		l.Fatal(err)
	}
	l.UntilReplicas("model", replicas)
	kubeconfig := filepath.Join(l.TempDir(), "kubeconfig")
	if err := l.Cluster.WriteKubeconfig(kubeconfig, l.Cluster.Config.Host); err != nil {
		l.Fatal(err)
	}
	return v1alpha1.Target{
		Name: "k8s", URL: "http://" + service.Spec.ClusterIP + "/name",
		ColdStart: &v1alpha1.ColdStartMethod{Kubernetes: &v1alpha1.KubernetesColdStart{Kubeconfig: kubeconfig, Namespace: l.Namespace, Deployment: "model"}},
	}
}

func replicas(l *labtest.Lab) int32 {
	l.Helper()
	d, err := l.Client.AppsV1().Deployments(l.Namespace).Get(l.Context(), "model", metav1.GetOptions{})
	if err != nil {
		l.Fatal(err)
	}
	return *d.Spec.Replicas
}

var podPhases = []record.PhaseName{
	record.Trigger, record.Capacity, record.Placed, record.Image, record.Process, record.Model, record.Ready, record.FirstByte,
}

// TestScaleAndDelete: both ways start a pod that takes as long as its node says, and leave as many as there were.
func TestScaleAndDelete(t *testing.T) {
	l, asked := deployed(t, 2)
	for by, method := range map[string]string{"scale": "kubernetes-scale", "delete": "kubernetes-delete"} {
		asked.ColdStart.Kubernetes.By = by
		log := run(t.Context(), t, suite(2, asked), target.Access{}, nil, nil)
		if len(log.ColdStarts) != 2 || !log.End.Complete {
			t.Fatalf("%+v %+v", log.ColdStarts, log.End)
		}
		for _, c := range log.ColdStarts {
			wantColdStart(t, c, method, podPhases...)
			at := moments(c)
			// The start-up probe is tried every second.
			if load := (at[record.Model] - at[record.Process]).Seconds(); load < weightSeconds || load > weightSeconds+3 {
				t.Errorf("%s: the model was loaded within %g s, want %g and up to a probe more", by, load, weightSeconds)
			}
			if start := (at[record.Process] - at[record.Placed]).Seconds(); start < 0.2 {
				t.Errorf("%s: the process began after %g s, want at least 0.2", by, start)
			}
		}
		l.UntilReplicas("model", 2)
	}
}

// TestScaleInterrupted in the middle, when there is no pod: the replicas are as they were.
func TestScaleInterrupted(t *testing.T) {
	l, asked := deployed(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		l.Until("scaled to 0", func(context.Context) (bool, error) { return replicas(l) == 0, nil })
		cancel()
	}()
	log := run(ctx, t, suite(3, asked), target.Access{}, nil, nil)
	<-watching
	if got := replicas(l); got != 2 {
		t.Errorf("%d replicas are left, want 2", got)
	}
	if log.End.Complete || log.End.Reason != "interrupted" || len(log.ColdStarts) != 1 || log.ColdStarts[0].Failure != "the run was stopped" {
		t.Errorf("%+v %+v", log.End, log.ColdStarts)
	}
	l.UntilReplicas("model", 2)
}

// TestScaleWithAutoscaler: one that owns the scale is switched off while there are 0 replicas, as Kubernetes has it, and on
// again with the replicas that it had chosen.
func TestScaleWithAutoscaler(t *testing.T) {
	l, asked := deployed(t, 2)
	least := int32(2)
	_, err := l.Client.AutoscalingV2().HorizontalPodAutoscalers(l.Namespace).Create(t.Context(), &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "hpa"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "model"},
			MinReplicas:    &least, MaxReplicas: 4,
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	log := run(t.Context(), t, suite(1, asked), target.Access{}, nil, nil)
	wantColdStart(t, log.ColdStarts[0], "kubernetes-scale", podPhases...)
	if !strings.HasSuffix(log.ColdStarts[0].Evidence, "the HorizontalPodAutoscaler hpa scales it, too") {
		t.Error(log.ColdStarts[0].Evidence)
	}

	// It does not scale to zero: nobody ever takes the pods away.
	asked.ColdStart.Kubernetes.By = "request"
	impatient := suite(1, asked)
	impatient.Spec.ColdStarts.Timeout = unit.Duration(time.Second)
	c := run(t.Context(), t, impatient, target.Access{}, nil, nil).ColdStarts[0]
	if want := "not within 1s: waiting until deployment " + l.Namespace + "/model has no pod any more"; c.Confirmed || !strings.HasPrefix(c.Failure, want) || len(c.Phases) != 0 {
		t.Errorf("%+v", c)
	}
	l.UntilReplicas("model", 2)
}

// TestColdStartOfNothing: what cannot be is recorded with its reason.
func TestColdStartOfNothing(t *testing.T) {
	_, asked := deployed(t, 1)
	asked.ColdStart.Kubernetes.Deployment = "absent"
	log := run(t.Context(), t, suite(1, asked), target.Access{}, nil, nil)
	if c := log.ColdStarts[0]; c.Confirmed || !strings.Contains(c.Failure, `deployments.apps "absent" not found`) || len(c.Phases) != 0 {
		t.Errorf("%+v", c)
	}
}
