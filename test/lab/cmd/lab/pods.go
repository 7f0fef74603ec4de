package main

import (
	"context"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// maxEncoders is more than the GPUs of the nodes that there are from the beginning.
const maxEncoders = 5

// startEncoder deploys the encoder with an autoscaler.
func startEncoder(ctx context.Context, l *laboratory) error {
	url, err := l.deploy(ctx, "encoder", "500Mi", encoderAddress)
	if err != nil {
		return err
	}
	if err := l.autoscale(ctx, "encoder"); err != nil {
		return err
	}
	l.try(
		fmt.Sprintf(`curl -s %s/v1/embeddings -H 'Content-Type: application/json' -d '{"input":"How do I reset my password?"}'`, url),
		fmt.Sprintf(`seq 5000 | xargs -P 20 -I{} curl -s -o /dev/null %s/v1/embeddings -H 'Content-Type: application/json' -d '{"input":["one","two","three","four"]}'`, url),
		"kubectl get hpa encoder --watch",
	)
	return nil
}

// startLlama deploys the language model.
func startLlama(ctx context.Context, l *laboratory) error {
	url, err := l.deploy(ctx, "llama", "6Mi", llamaAddress)
	if err != nil {
		return err
	}
	l.try(fmt.Sprintf(`curl -sN %s/v1/chat/completions -H 'Content-Type: application/json' `+
		`-d '{"messages":[{"role":"user","content":"Hello"}],"max_tokens":16,"stream":true}'`, url))
	return nil
}

// autoscale makes an HPA on requests in flight, three for each replica, that scales down after half a minute.
func (l *laboratory) autoscale(ctx context.Context, name string) error {
	one, window := int32(1), int32(30)
	_, err := l.client.AutoscalingV2().HorizontalPodAutoscalers(metav1.NamespaceDefault).Create(ctx, &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name},
			MinReplicas:    &one, MaxReplicas: maxEncoders,
			Metrics: []autoscalingv2.MetricSpec{{Type: autoscalingv2.PodsMetricSourceType, Pods: &autoscalingv2.PodsMetricSource{
				Metric: autoscalingv2.MetricIdentifier{Name: "http_requests_in_flight"},
				Target: autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: resource.NewQuantity(3, resource.DecimalSI)},
			}}},
			Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{
				ScaleDown: &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: &window},
			},
		},
	}, metav1.CreateOptions{})
	return err
}
