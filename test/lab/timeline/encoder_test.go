package timeline_test

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/node"
)

const (
	name   = "encoder" // of the image, the Deployment, its Service and its HPA
	most   = 4         // replicas
	metric = "http_requests_in_flight"
	target = 3 // requests in flight for each replica
)

// nodeSpec has two GPUs, and delays as of a fast network.
func nodeSpec(l *labtest.Lab) node.Spec {
	l.Helper()
	command, err := model.Encoder(l.Context())
	if err != nil {
		l.Fatal(err)
	}
	spec := l.NodeSpec(2)
	// It yields to the control plane, which has a machine of its own elsewhere.
	entrypoint := append([]string{"nice", "-n", "15"}, command.Args...)
	spec.Images = map[string]node.Image{name: {Size: 200 << 20, Entrypoint: entrypoint, Env: []string{"PATH=" + path()}}}
	spec.Delays = node.Delays{
		PullRate:   random.Constant(400 << 20), // bytes in a second
		WeightRate: random.Constant(1 << 30),
	}
	return spec
}

// deployEncoder makes a Deployment of one replica and a Service, and returns the latter's URL.
func deployEncoder(l *labtest.Lab) string {
	l.Helper()
	pod := labtest.Pod(name, corev1.Container{
		Name: "server", Image: name, Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
		Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{node.GPU: resource.MustParse("1")}},
		ReadinessProbe: &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/healthz", Port: intstr.FromString("http")}},
			PeriodSeconds: 1, TimeoutSeconds: 5,
		},
	})
	pod.Annotations = map[string]string{"prometheus.io/scrape": "true", "prometheus.io/port": "8080", node.Weights: "500Mi"}
	grace := int64(10)
	pod.Spec.TerminationGracePeriodSeconds = &grace
	l.Deploy(1, pod)
	service, err := l.Client.CoreV1().Services(l.Namespace).Create(l.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.ServiceSpec{
			Selector: pod.Labels, Ports: []corev1.ServicePort{{Port: 80, TargetPort: intstr.FromString("http")}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		l.Fatal(err)
	}
	return "http://" + service.Spec.ClusterIP
}

// autoscale makes the HPA, on requests in flight.
func autoscale(l *labtest.Lab) {
	l.Helper()
	one, now, back, most32 := int32(1), int32(0), int32(window), int32(most)
	greatest := autoscalingv2.MaxChangePolicySelect
	_, err := l.Client.AutoscalingV2().HorizontalPodAutoscalers(l.Namespace).Create(l.Context(), &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name},
			MinReplicas:    &one, MaxReplicas: most32,
			Metrics: []autoscalingv2.MetricSpec{{Type: autoscalingv2.PodsMetricSourceType, Pods: &autoscalingv2.PodsMetricSource{
				Metric: autoscalingv2.MetricIdentifier{Name: metric},
				Target: autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: resource.NewQuantity(target, resource.DecimalSI)},
			}}},
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{
				ScaleUp: &autoscalingv2.HPAScalingRules{
					StabilizationWindowSeconds: &now, SelectPolicy: &greatest,
					Policies: []autoscalingv2.HPAScalingPolicy{{Type: autoscalingv2.PodsScalingPolicy, Value: 2, PeriodSeconds: window}},
				},
				ScaleDown: &autoscalingv2.HPAScalingRules{
					StabilizationWindowSeconds: &back, SelectPolicy: &greatest,
					Policies: []autoscalingv2.HPAScalingPolicy{{Type: autoscalingv2.PodsScalingPolicy, Value: 1, PeriodSeconds: pause}},
				},
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		l.Fatal(err)
	}
}
