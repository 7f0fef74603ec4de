package knative

import (
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"knative.dev/serving/pkg/apis/autoscaling"
	"knative.dev/serving/pkg/apis/autoscaling/v1alpha1"
	"knative.dev/serving/pkg/autoscaler/config/autoscalerconfig"
)

// A scenario is one configuration, as ours, and what happens to it.
type scenario struct {
	kpa    kpa.Spec
	metric string // concurrency or rps
	ready  int    // at the start
}

// newScenario draws a configuration. Half of each setting is the default, so
// that the rare ones are seen with the usual ones.
func newScenario(random *rand.Rand) scenario {
	k := kpa.Default(kpa.ConcurrencyTotal)
	draw := func(set func()) {
		if random.IntN(2) == 0 {
			set()
		}
	}
	draw(func() { k.Total = pick(random, 1, 2, 10, kpa.RateTotal, 1+99*random.Float64()) })
	draw(func() { k.Utilisation = pick(random, 1, 0.5, 0.1+0.9*random.Float64()) })
	draw(func() { k.StableWindow = seconds(6 + random.IntN(60)) })
	draw(func() { k.PanicWindowPercent = 1 + 99*random.Float64() })
	draw(func() { k.PanicThresholdPercent = pick(random, 110, 150, 110+890*random.Float64()) })
	draw(func() { k.MaxScaleUpRate = pick(random, 1.1, 2, 1.01+9*random.Float64()) })
	draw(func() { k.MaxScaleDownRate = pick(random, 1.1, 10, 1.01+9*random.Float64()) })
	draw(func() { k.BurstCapacity = pick(random, -1, 0, 1, 300*random.Float64()) })
	draw(func() { k.ScaleDownDelay = seconds(1 + random.IntN(90)) })
	draw(func() { k.ActivationScale = random.IntN(7) })
	k.Reachable = random.IntN(6) > 0
	return scenario{
		kpa:    k,
		metric: pick(random, autoscaling.Concurrency, autoscaling.RPS),
		ready:  pick(random, 0, 0, 1, 2, random.IntN(20)),
	}
}

// knative is the same configuration in Knative's terms.
func (s scenario) knative(t *testing.T) (*v1alpha1.PodAutoscaler, *autoscalerconfig.Config) {
	t.Helper()
	pa, cfg := newPodAutoscaler(t)
	pa.Annotations[autoscaling.MetricAnnotationKey] = s.metric
	pa.Annotations[autoscaling.ActivationScaleKey] = strconv.Itoa(s.kpa.ActivationScale)
	pa.Spec.Reachability = v1alpha1.ReachabilityReachable
	if !s.kpa.Reachable {
		pa.Spec.Reachability = v1alpha1.ReachabilityUnreachable
	}
	cfg.ContainerConcurrencyTargetDefault, cfg.RPSTargetDefault = s.kpa.Total, s.kpa.Total
	cfg.ContainerConcurrencyTargetFraction, cfg.TargetUtilization = s.kpa.Utilisation, s.kpa.Utilisation
	cfg.StableWindow = s.kpa.StableWindow
	cfg.PanicWindowPercentage = s.kpa.PanicWindowPercent
	cfg.PanicThresholdPercentage = s.kpa.PanicThresholdPercent
	cfg.MaxScaleUpRate, cfg.MaxScaleDownRate = s.kpa.MaxScaleUpRate, s.kpa.MaxScaleDownRate
	cfg.TargetBurstCapacity = s.kpa.BurstCapacity
	cfg.ScaleDownDelay = s.kpa.ScaleDownDelay
	return pa, cfg
}

func pick[T any](random *rand.Rand, choices ...T) T {
	return choices[random.IntN(len(choices))]
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }
