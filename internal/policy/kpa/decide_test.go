package kpa

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// silence stands for seconds without a sample.
const silence = -1

// step is a load that lasts until a second, when a decision is made.
type step struct {
	until int
	load  float64 // a sample of every second
	ready int
	want  Decision
}

// with changes the specification of most cases: a target of 10 for each pod
// and no burst capacity, so that the excess is 0.
func with(change func(*Spec)) Spec {
	k := Default(10)
	k.Utilisation, k.BurstCapacity = 1, 0
	change(&k)
	return k
}

func wantPods(desired int) Decision { return Decision{Desired: desired, Valid: true} }
func wantPanic(desired int) Decision {
	return Decision{Desired: desired, Valid: true, Panicking: true}
}

func TestDecide(t *testing.T) {
	for _, test := range []struct {
		name  string
		kpa   Spec
		start int // ready pods
		steps []step
	}{
		{"the load over the target, rounded up", with(func(*Spec) {}), 1, []step{
			{60, 35, 4, wantPods(4)},
		}},
		{"70 % of a pod are aimed at", Default(10), 1, []step{
			{60, 35, 5, Decision{Desired: 5, Valid: true, ExcessBurstCapacity: 5*10 - 211 - 35}},
			{120, 35.1, 6, Decision{Desired: 6, Valid: true, ExcessBurstCapacity: -187}}, // 60 - 246.1, rounded down
		}},
		{"a young window is averaged over its own seconds", with(func(*Spec) {}), 1, []step{
			{3, 15, 2, wantPods(2)},
		}},
		{"late samples do not count as zero, missed ones do", with(func(k *Spec) { k.Total = 1 }), 1, []step{
			{60, 20, 20, wantPods(20)},
			{63, silence, 20, wantPods(20)}, // 57 seconds of 20
			{64, 20, 20, wantPods(19)},      // 57 x 20 in 60 seconds
		}},
		// The panic window holds 60 from second 61 to 66. The stable one falls to 10 for
		// each of 48 seconds and 60 for each of 6, that is 14, and to 0 at second 127.
		{"panic keeps what it asked for, for a stable window", with(func(*Spec) {}), 1, []step{
			{60, 10, 2, wantPods(1)},
			{66, 60, 2, wantPanic(6)},
			{72, 0, 6, wantPanic(6)},
			{126, 0, 6, wantPanic(6)},
			{127, 0, 6, wantPods(3)},   // not below half of the ready pods
			{133, 20, 1, wantPanic(2)}, // the next panic starts afresh
		}},
		{"a second surge prolongs the panic", with(func(*Spec) {}), 1, []step{
			{60, 10, 1, wantPods(1)},
			{66, 60, 1, wantPanic(6)},
			{100, 10, 6, wantPanic(6)},
			{106, 120, 6, wantPanic(12)},
			{166, 0, 12, wantPanic(12)},
			{167, 0, 12, wantPods(6)},
		}},
		{"panic takes the stable window if that wants more", with(func(k *Spec) { k.MaxScaleUpRate = 1.5 }), 3, []step{
			{30, 50, 2, wantPanic(3)},
			{36, 0, 4, wantPanic(5)}, // 30 x 50 in 36 seconds; nothing in the panic window
		}},
		{"just below the threshold is no panic", with(func(k *Spec) { k.PanicThresholdPercent = 201 }), 1, []step{
			{6, 20, 1, wantPods(2)},
		}},
		{"more than one ready pod at the start is panic", with(func(*Spec) {}), 3, []step{
			{2, 0, 3, wantPanic(3)},
			{60, 0, 3, wantPanic(3)},
			{62, 0, 3, wantPods(1)},
		}},
		{"grows by no more than the rate", with(func(k *Spec) { k.MaxScaleUpRate, k.PanicThresholdPercent = 1.5, 1e6 }), 1, []step{
			{60, 1000, 1, wantPods(2)}, // 1.5, rounded up
			{62, 1000, 6, wantPods(9)},
		}},
		{"shrinks by no more than the rate", with(func(*Spec) {}), 1, []step{
			{60, 10, 8, wantPods(4)},
			{62, 10, 5, wantPods(2)},
			{64, 10, 2, wantPods(1)},
		}},
		{"shrinks at once if unreachable", with(func(k *Spec) { k.Reachable = false }), 1, []step{
			{60, 10, 8, wantPods(1)},
		}},
		{"to zero and back", with(func(*Spec) {}), 1, []step{
			{60, 10, 1, wantPods(1)},
			{119, 0, 1, wantPods(1)}, // second 60 still has load
			{120, 0, 1, wantPods(0)},
			{180, silence, 0, wantPods(0)},
			{181, silence, 0, Decision{}}, // nothing for more than a window
			{182, 25, 0, wantPanic(3)},
		}},
		{"no sample yet", with(func(*Spec) {}), 1, []step{{2, silence, 1, Decision{}}}},
		{"silence behind a permanent activator is no load", with(func(k *Spec) { k.BurstCapacity = -1 }), 1, []step{
			{2, silence, 1, Decision{Valid: true, ExcessBurstCapacity: -1}},
		}},
		{"burst capacity", with(func(k *Spec) { k.Total, k.BurstCapacity = 100, 211 }), 1, []step{
			{6, 50.5, 0, Decision{Desired: 1, Valid: true, ExcessBurstCapacity: -262}},
			{8, 50.5, 1, Decision{Desired: 1, Valid: true, ExcessBurstCapacity: -162}},
			{10, 50.5, 3, Decision{Desired: 1, Valid: true, ExcessBurstCapacity: 38}},
			{16, 40, 3, Decision{Desired: 1, Valid: true, ExcessBurstCapacity: 49}}, // of the panic window
		}},
		// The panic window is one second. Four pods are wanted last in the slot of
		// second 10, which leaves a delay of five slots at second 20.
		{"a scale-down is delayed", with(func(k *Spec) { k.StableWindow, k.ScaleDownDelay = 6*time.Second, 10*time.Second }), 1, []step{
			{10, 40, 4, wantPods(4)},
			{18, 0, 4, wantPods(4)},
			{20, 0, 4, wantPods(2)},
		}},
		{"an unreachable revision is not delayed", with(func(k *Spec) {
			k.StableWindow, k.ScaleDownDelay, k.Reachable = 6*time.Second, 10*time.Second, false
		}), 1, []step{
			{10, 40, 4, wantPods(4)},
			{18, 0, 4, wantPods(0)},
		}},
		{"the activation scale beats the rate, but not zero", with(func(k *Spec) { k.ActivationScale, k.MaxScaleUpRate = 5, 2 }), 1, []step{
			{60, 10, 1, wantPods(5)},
			{120, 0, 1, wantPods(0)},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			state, second := test.kpa.NewState(test.start, 0), 0
			for _, step := range test.steps {
				for second < step.until {
					second++
					if step.load != silence {
						test.kpa.Record(state, step.load, time.Duration(second)*time.Second)
					}
				}
				got := test.kpa.Decide(state, step.ready, time.Duration(second)*time.Second)
				if diff := cmp.Diff(step.want, got); diff != "" {
					t.Fatalf("at %d s with %d ready (-want +got):\n%s", second, step.ready, diff)
				}
			}
		})
	}
}

func TestTargets(t *testing.T) {
	tiny := Default(1)
	tiny.Utilisation = 0.001
	short := Default(RateTotal)
	short.StableWindow = 6 * time.Second
	odd := Default(ConcurrencyTotal)
	odd.PanicWindowPercent = 51
	for _, test := range []struct {
		name   string
		kpa    Spec
		target float64
		panic  time.Duration
	}{
		{"concurrency", Default(ConcurrencyTotal), 70, 6 * time.Second},
		{"rate", Default(RateTotal), 140, 6 * time.Second},
		{"least target", tiny, 0.01, 6 * time.Second},
		{"least panic window", short, 140, time.Second},
		{"whole seconds", odd, 70, 31 * time.Second},
	} {
		if got := test.kpa.Target(); got != test.target {
			t.Errorf("%s: target %g, want %g", test.name, got, test.target)
		}
		if got := test.kpa.PanicWindow(); got != test.panic {
			t.Errorf("%s: panic window %v, want %v", test.name, got, test.panic)
		}
	}
}
