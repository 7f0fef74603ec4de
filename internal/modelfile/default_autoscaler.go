package modelfile

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// The defaults of the HPA are the ones of Kubernetes (kubernetes/kubernetes:pkg/apis/autoscaling/v2/defaults.go).
const (
	defaultSyncPeriod                   = unit.Duration(15 * time.Second)
	defaultMetricLag                    = unit.Duration(15 * time.Second)
	defaultTolerance         unit.Share = 0.1
	defaultDownStabilization            = unit.Duration(300 * time.Second)
	leastAutoscalerMax                  = 10
)

// defaultAutoscaler fills in the settings that do not depend on the profile or on
// the number of replicas. It is idempotent.
func defaultAutoscaler(a *v1alpha1.Autoscaler) {
	if a.HasHPA() {
		setDefault(&a.SyncPeriod, defaultSyncPeriod)
		setPointer(&a.MetricLag, defaultMetricLag)
		setPointer(&a.Tolerance, defaultTolerance)
		setPointer(&a.DownStabilization, defaultDownStabilization)
		setPointer(&a.UpStabilization, 0)
		for _, r := range []*v1alpha1.ScalingRules{a.ScaleUp, a.ScaleDown} {
			if r != nil {
				setDefault(&r.Select, "Max")
			}
		}
	}
	defaultAutoscalerKind(a)
}

// The defaults of Knative (knative/serving:pkg/autoscaler/config/config.go), of KEDA (kedacore/keda:apis/keda/v1alpha1), and, of
// the last three, assumptions: see package policy.
const (
	defaultStableWindow                     = unit.Duration(60 * time.Second)
	defaultPanicWindow           unit.Share = 0.1
	defaultPanicThreshold                   = 2.0
	defaultMaxScaleUpRate                   = 1000.0
	defaultMaxScaleDownRate                 = 2.0
	defaultBurstCapacity                    = 211.0
	defaultScaleToZeroGrace                 = unit.Duration(30 * time.Second)
	defaultPollingInterval                  = unit.Duration(30 * time.Second)
	defaultCooldown                         = unit.Duration(300 * time.Second)
	defaultForecastStep                     = unit.Duration(time.Minute)
	defaultForecastDays                     = 7
	defaultForecastWeeks                    = 4
	defaultForecastQuantile      unit.Share = 0.9
	defaultForecastRecent                   = unit.Duration(30 * time.Minute)
	defaultForecastMaxCorrection            = 2.0
	defaultScalingInterval                  = unit.Duration(time.Minute)
	defaultCackleInterval                   = unit.Duration(10 * time.Second)
	defaultAverageOver                      = unit.Duration(10 * time.Minute)
)

func defaultAutoscalerKind(a *v1alpha1.Autoscaler) {
	if k := a.Knative; k != nil {
		setDefault(&k.StableWindow, defaultStableWindow)
		setPointer(&k.PanicWindow, defaultPanicWindow)
		setDefault(&k.PanicThreshold, defaultPanicThreshold)
		setDefault(&k.MaxScaleUpRate, defaultMaxScaleUpRate)
		setDefault(&k.MaxScaleDownRate, defaultMaxScaleDownRate)
		setPointer(&k.BurstCapacity, defaultBurstCapacity)
		setPointer(&k.ScaleToZeroGrace, defaultScaleToZeroGrace)
		setDefault(&k.ActivationScale, 1)
	}
	if k := a.KEDA; k != nil {
		setDefault(&k.PollingInterval, defaultPollingInterval)
		setPointer(&k.Cooldown, defaultCooldown)
	}
	if p := a.Predictive; p != nil {
		setDefault(&p.Interval, defaultForecastStep)
		setPointer(&p.Days, defaultForecastDays)
		setPointer(&p.Weeks, defaultForecastWeeks)
		setDefault(&p.Quantile, defaultForecastQuantile)
		setDefault(&p.Recent, max(defaultForecastRecent, p.Interval))
		setDefault(&p.MaxCorrection, defaultForecastMaxCorrection)
	}
	if s := a.Spock; s != nil {
		setDefault(&s.Interval, defaultScalingInterval)
		setDefault(&s.Average, max(defaultAverageOver, s.Interval))
	}
	if c := a.Cackle; c != nil {
		setDefault(&c.Interval, defaultCackleInterval)
	}
	if l := a.LIBRA; l != nil {
		setDefault(&l.Interval, defaultScalingInterval)
	}
}
