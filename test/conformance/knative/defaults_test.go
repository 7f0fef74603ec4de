package knative

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"github.com/google/go-cmp/cmp"
	"knative.dev/serving/pkg/apis/autoscaling"
	"knative.dev/serving/pkg/deployment"
	kparesources "knative.dev/serving/pkg/reconciler/autoscaling/kpa/resources"
	"knative.dev/serving/pkg/reconciler/autoscaling/resources"
)

// settings are the defaults that both sides know, under one name each.
type settings struct {
	Target, Total, PanicThreshold, Up, Down, Burst           float64
	Stable, Panic, Delay, Grace, Retention, ProgressDeadline time.Duration
	Initial, Activation, Min, Max                            int
	Reachable, ScaleToZero                                   bool
}

func TestDefaults(t *testing.T) {
	for metric, total := range map[string]float64{
		autoscaling.Concurrency: kpa.ConcurrencyTotal,
		autoscaling.RPS:         kpa.RateTotal,
	} {
		t.Run(metric, func(t *testing.T) {
			if diff := cmp.Diff(knativeSettings(t, metric), ourSettings(kpa.Default(total))); diff != "" {
				t.Errorf("defaults differ (-Knative +ours):\n%s", diff)
			}
		})
	}
}

func knativeSettings(t *testing.T, metric string) settings {
	t.Helper()
	pa, cfg := newPodAutoscaler(t)
	pa.Annotations[autoscaling.MetricAnnotationKey] = metric
	spec := kparesources.MakeDecider(pa, cfg).Spec
	least, most := pa.ScaleBounds(cfg)
	return settings{
		Target: spec.TargetValue, Total: spec.TotalValue, PanicThreshold: spec.PanicThreshold,
		Up: spec.MaxScaleUpRate, Down: spec.MaxScaleDownRate, Burst: spec.TargetBurstCapacity,
		Stable: spec.StableWindow, Panic: resources.MakeMetric(pa, "", cfg).Spec.PanicWindow, Delay: spec.ScaleDownDelay,
		Grace: cfg.ScaleToZeroGracePeriod, Retention: cfg.ScaleToZeroPodRetentionPeriod,
		ProgressDeadline: deployment.ProgressDeadlineDefault,
		Initial:          int(spec.InitialScale), Activation: int(spec.ActivationScale), Min: int(least), Max: int(most),
		Reachable: spec.Reachable, ScaleToZero: cfg.EnableScaleToZero,
	}
}

func ourSettings(k kpa.Spec) settings {
	return settings{
		Target: k.Target(), Total: k.Total, PanicThreshold: k.PanicThresholdPercent / 100,
		Up: k.MaxScaleUpRate, Down: k.MaxScaleDownRate, Burst: k.BurstCapacity,
		Stable: k.StableWindow, Panic: k.PanicWindow(), Delay: k.ScaleDownDelay,
		Grace: k.ScaleToZeroGrace, Retention: k.PodRetention,
		ProgressDeadline: k.ProgressDeadline,
		Initial:          k.InitialScale, Activation: k.ActivationScale, Min: k.Min, Max: k.Max,
		Reachable: k.Reachable, ScaleToZero: k.ScaleToZero,
	}
}
