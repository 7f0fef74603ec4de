package home

import (
	"errors"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/baseline"
	"fulcrum.dev/fulcrum/internal/policy/hpa"
	"fulcrum.dev/fulcrum/internal/policy/keda"
	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// Autoscaler decides how many replicas a cluster has. Exactly one of HPA, KPA, Predictive, Spock, Cackle, MArk and LIBRA is
// set; KEDA comes with an HPA.
type Autoscaler struct {
	scale.Bounds
	// Target is the requests inside that a replica is to carry: what demand is counted in.
	Target float64

	HPA *HPA
	// KEDA brings the replicas from zero and back; HPA.Signals[0] is its trigger.
	KEDA       *keda.Spec
	KPA        *kpa.Spec
	Predictive *scale.PredictiveRule
	Spock      *Spock
	Cackle     *baseline.CackleRule
	MArk       *MArk
	LIBRA      *LIBRA
}

// HPA is a HorizontalPodAutoscaler and what its metrics, one for each signal, are read from.
type HPA struct {
	hpa.Spec
	Signals []Signal
}

// Signal is what a metric is read from. All are averaged over a sync period.
type Signal uint8

// The signals, with the unit of their values.
const (
	RequestsInside  Signal = iota // in all, queued ones included
	RequestsWaiting               // in all, those without a slot
	RequestsPerPod                // in each replica
	BusySlotsPerPod               // share of a replica's slots
	BusyTimePerPod                // share of the time with any request in a replica
	endOfSignals
)

// PerPod says whether a signal is read from each replica.
func (s Signal) PerPod() bool { return s >= RequestsPerPod }

// Spock averages over a number of intervals.
type Spock struct {
	Interval  time.Duration
	Intervals int
}

// MArk plans for one kind of replica; Rate is the requests per second that it serves.
type MArk struct{ Rate float64 }

// LIBRA splits the load of each interval. Rate is the requests per second that a replica serves, Premium the price of
// its work on serverless over its own.
type LIBRA struct {
	Interval      time.Duration
	Rate, Premium float64
}

// NewHPA returns an HPA on the requests inside with the defaults of Kubernetes and of its behaviour.
func NewHPA(least, most int, target float64) *Autoscaler {
	behavior := hpa.DefaultBehavior()
	spec := hpa.Default(least, most, hpa.Metric{Kind: hpa.TotalAverage, Target: Thousandths(target)})
	spec.Behavior = &behavior
	return &Autoscaler{
		Bounds: scale.Bounds{Min: least, Max: most}, Target: target,
		HPA: &HPA{Spec: spec, Signals: []Signal{RequestsInside}},
	}
}

// Thousandths is a quantity as an HPA counts it, at least one.
func Thousandths(x float64) int64 { return max(1, int64(x*1000+0.5)) }

// Check returns an error for an autoscaler that cannot be run.
func (a *Autoscaler) Check() error {
	kinds := 0
	for _, set := range []bool{a.HPA != nil, a.KPA != nil, a.Predictive != nil, a.Spock != nil, a.Cackle != nil, a.MArk != nil, a.LIBRA != nil} {
		if set {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return errors.New("expected exactly one kind of autoscaler")
	case a.Min < 0 || a.Max < max(1, a.Min):
		return fmt.Errorf("expected 0 <= min <= max replicas and max at least 1, got %d and %d", a.Min, a.Max)
	case !(a.Target > 0):
		return fmt.Errorf("expected a target above 0, got %g", a.Target)
	case a.KEDA != nil && (a.HPA == nil || a.KEDA.PollingInterval <= 0 || a.KEDA.Cooldown < 0 || a.KEDA.InitialCooldown < 0):
		return errors.New("expected KEDA with an HPA, a polling interval above 0 and cool-downs of at least 0")
	case a.HPA != nil:
		return a.checkHPA()
	case a.KPA != nil && (a.KPA.Total <= 0 || a.KPA.StableWindow < time.Second):
		return fmt.Errorf("expected a KPA with a total above 0 and a window of at least 1s, got %g and %v", a.KPA.Total, a.KPA.StableWindow)
	case a.KPA != nil:
		return nil
	}
	return a.checkPlanner()
}

func (a *Autoscaler) checkHPA() error {
	h := a.HPA
	if h.SyncPeriod <= 0 || h.MetricLag < 0 || len(h.Metrics) == 0 || len(h.Metrics) != len(h.Signals) {
		return fmt.Errorf("expected a sync period above 0, a lag of at least 0 and a signal for each of the metrics, got %v, %v, %d signals for %d metrics",
			h.SyncPeriod, h.MetricLag, len(h.Signals), len(h.Metrics))
	}
	for i, m := range h.Metrics {
		s := h.Signals[i]
		switch {
		case s >= endOfSignals || m.Target <= 0:
			return fmt.Errorf("metric %d: unknown signal %d or target %d", i, s, m.Target)
		case s.PerPod() != (m.Kind == hpa.Utilization || m.Kind == hpa.PodAverage):
			return fmt.Errorf("metric %d: signal %d is not read as kind %d", i, s, m.Kind)
		case s.PerPod() && (a.Min == 0 || a.KEDA != nil):
			return fmt.Errorf("metric %d: a signal of single replicas is not there without any", i)
		}
	}
	return nil
}

// checkPlanner lets those that plan by demand or by arrivals check themselves.
func (a *Autoscaler) checkPlanner() error {
	var err error
	switch {
	case a.Predictive != nil:
		_, err = scale.NewPredictive(*a.Predictive)
	case a.Spock != nil && a.Spock.Interval <= 0:
		err = fmt.Errorf("expected an interval above 0, got %v", a.Spock.Interval)
	case a.Spock != nil:
		_, err = baseline.NewSpock(a.Bounds, a.Spock.Intervals)
	case a.Cackle != nil:
		_, err = baseline.NewCackle(*a.Cackle)
	case a.Min == 0:
		err = errors.New("expected at least 1 replica: arrivals alone do not show what waits at a home without replicas")
	case a.MArk != nil:
		_, err = baseline.NewMArk([]baseline.MachineType{{Rate: a.MArk.Rate}}, time.Hour)
	case a.LIBRA.Interval <= 0:
		err = fmt.Errorf("expected an interval above 0, got %v", a.LIBRA.Interval)
	default:
		_, err = baseline.NewLIBRA(a.LIBRA.Rate, 1, a.LIBRA.Premium)
	}
	return err
}
