package kpa

import (
	"math"
	"time"
)

// State is what a KPA remembers between decisions; Spec.NewState makes one.
type State struct {
	stable, panic window
	delay         delay
	panicking     bool
	panicAt       time.Duration // when the threshold was last reached
	panicPods     int           // the most pods wanted since it panicked
}

// Decision is what a KPA wants at one time.
type Decision struct {
	// Desired is the number of pods, before the bounds and the way to zero.
	Desired int
	// Valid is false without data: then the latest valid decision stands.
	Valid bool
	// ExcessBurstCapacity is what the ready pods can hold beyond the present
	// load and the burst capacity; below 0 the activator belongs in the path.
	ExcessBurstCapacity int
	// Panicking tells that the number of pods may not decrease.
	Panicking bool
}

// NewState returns the memory of a KPA that is started at time now. It starts
// in panic if more than one pod is ready, lest the missing history shrink what runs.
func (k Spec) NewState(ready int, now time.Duration) *State {
	return &State{
		stable:    newWindow(k.StableWindow),
		panic:     newWindow(k.PanicWindow()),
		delay:     newDelay(k.ScaleDownDelay),
		panicking: ready > 1,
		panicAt:   now,
		panicPods: ready,
	}
}

// Record adds a sample of the metric: the mean over the last Scrape, in all
// pods and the activator. Samples of the same second add up. Times are since a
// start, not negative, and never decrease over calls of Record and Decide.
func (k Spec) Record(state *State, sample float64, now time.Duration) {
	second := int64(now / time.Second)
	state.stable.record(second, sample)
	state.panic.record(second, sample)
}

// Decide returns what the KPA wants at time now with that many pods ready. It is
// to be called every Tick, and at once when a sample above 0 arrives after a
// decision for no pods (MultiScaler.Poke).
func (k Spec) Decide(state *State, ready int, now time.Duration) Decision {
	second := int64(now / time.Second)
	if state.stable.empty(second) && k.BurstCapacity != -1 {
		return Decision{Panicking: state.panicking} // with the activator always in the path, silence means no load
	}
	stable, panicking := state.stable.average(second), state.panic.average(second)
	state.watch(k, panicking, ready, now)

	desired := k.bounded(stable, ready)
	if state.panicking {
		state.panicPods = max(state.panicPods, desired, k.bounded(panicking, ready))
		desired = state.panicPods
	}
	if k.Reachable && k.ScaleDownDelay > 0 {
		desired = state.delay.hold(now, desired)
	}
	return Decision{
		Desired: desired, Valid: true,
		ExcessBurstCapacity: k.excess(panicking, ready),
		Panicking:           state.panicking,
	}
}

// watch enters panic when the load calls for a multiple of the ready pods, and
// leaves it when a stable window has passed since that was last so.
func (s *State) watch(k Spec, load float64, ready int, now time.Duration) {
	switch {
	case k.pods(load)/float64(max(1, ready)) >= k.PanicThresholdPercent/100:
		s.panicking, s.panicAt = true, now
	case s.panicking && now > s.panicAt+k.StableWindow:
		s.panicking, s.panicPods = false, 0
	}
}

// bounded is the number of pods for a load, within what the rates allow from the
// ready ones and no less than the activation scale if there is any load.
func (k Spec) bounded(load float64, ready int) int {
	from := float64(max(1, ready))
	least := 0.0
	if k.Reachable {
		least = math.Floor(from / k.MaxScaleDownRate)
	}
	// Rounded up, so that a rate close to 1 still allows one pod more.
	most := math.Ceil(from * k.MaxScaleUpRate)
	want := k.pods(load)
	pods := int(min(max(want, least), most))
	if want > 0 && k.ActivationScale > 1 {
		pods = max(pods, k.ActivationScale)
	}
	return pods
}

func (k Spec) excess(load float64, ready int) int {
	if k.BurstCapacity <= 0 {
		return int(k.BurstCapacity)
	}
	return int(math.Floor(float64(ready)*k.Total - k.BurstCapacity - load))
}
