package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// kpaSilence stands for seconds without a sample.
const kpaSilence = -1

// kpaStep is a load that lasts until a second, when a decision is made.
type kpaStep struct {
	until int
	load  float64 // a sample of every second
	ready int
	want  KPADecision
}

// kpaWith changes the specification of most cases: a target of 10 for each pod
// and no burst capacity, so that the excess is 0.
func kpaWith(change func(*KPA)) KPA {
	k := DefaultKPA(10)
	k.Utilisation, k.BurstCapacity = 1, 0
	change(&k)
	return k
}

func kpaPods(desired int) KPADecision { return KPADecision{Desired: desired, Valid: true} }
func kpaPanic(desired int) KPADecision {
	return KPADecision{Desired: desired, Valid: true, Panicking: true}
}

func TestKPADecide(t *testing.T) {
	for _, test := range []struct {
		name  string
		kpa   KPA
		start int // ready pods
		steps []kpaStep
	}{
		{"the load over the target, rounded up", kpaWith(func(*KPA) {}), 1, []kpaStep{
			{60, 35, 4, kpaPods(4)},
		}},
		{"70 % of a pod are aimed at", DefaultKPA(10), 1, []kpaStep{
			{60, 35, 5, KPADecision{Desired: 5, Valid: true, ExcessBurstCapacity: 5*10 - 211 - 35}},
			{120, 35.1, 6, KPADecision{Desired: 6, Valid: true, ExcessBurstCapacity: -187}}, // 60 - 246.1, rounded down
		}},
		{"a young window is averaged over its own seconds", kpaWith(func(*KPA) {}), 1, []kpaStep{
			{3, 15, 2, kpaPods(2)},
		}},
		{"late samples do not count as zero, missed ones do", kpaWith(func(k *KPA) { k.Total = 1 }), 1, []kpaStep{
			{60, 20, 20, kpaPods(20)},
			{63, kpaSilence, 20, kpaPods(20)}, // 57 seconds of 20
			{64, 20, 20, kpaPods(19)},         // 57 x 20 in 60 seconds
		}},
		// The panic window holds 60 from second 61 to 66. The stable one falls to 10 for
		// each of 48 seconds and 60 for each of 6, that is 14, and to 0 at second 127.
		{"panic keeps what it asked for, for a stable window", kpaWith(func(*KPA) {}), 1, []kpaStep{
			{60, 10, 2, kpaPods(1)},
			{66, 60, 2, kpaPanic(6)},
			{72, 0, 6, kpaPanic(6)},
			{126, 0, 6, kpaPanic(6)},
			{127, 0, 6, kpaPods(3)},   // not below half of the ready pods
			{133, 20, 1, kpaPanic(2)}, // the next panic starts afresh
		}},
		{"a second surge prolongs the panic", kpaWith(func(*KPA) {}), 1, []kpaStep{
			{60, 10, 1, kpaPods(1)},
			{66, 60, 1, kpaPanic(6)},
			{100, 10, 6, kpaPanic(6)},
			{106, 120, 6, kpaPanic(12)},
			{166, 0, 12, kpaPanic(12)},
			{167, 0, 12, kpaPods(6)},
		}},
		{"panic takes the stable window if that wants more", kpaWith(func(k *KPA) { k.MaxScaleUpRate = 1.5 }), 3, []kpaStep{
			{30, 50, 2, kpaPanic(3)},
			{36, 0, 4, kpaPanic(5)}, // 30 x 50 in 36 seconds; nothing in the panic window
		}},
		{"just below the threshold is no panic", kpaWith(func(k *KPA) { k.PanicThresholdPercent = 201 }), 1, []kpaStep{
			{6, 20, 1, kpaPods(2)},
		}},
		{"more than one ready pod at the start is panic", kpaWith(func(*KPA) {}), 3, []kpaStep{
			{2, 0, 3, kpaPanic(3)},
			{60, 0, 3, kpaPanic(3)},
			{62, 0, 3, kpaPods(1)},
		}},
		{"grows by no more than the rate", kpaWith(func(k *KPA) { k.MaxScaleUpRate, k.PanicThresholdPercent = 1.5, 1e6 }), 1, []kpaStep{
			{60, 1000, 1, kpaPods(2)}, // 1.5, rounded up
			{62, 1000, 6, kpaPods(9)},
		}},
		{"shrinks by no more than the rate", kpaWith(func(*KPA) {}), 1, []kpaStep{
			{60, 10, 8, kpaPods(4)},
			{62, 10, 5, kpaPods(2)},
			{64, 10, 2, kpaPods(1)},
		}},
		{"shrinks at once if unreachable", kpaWith(func(k *KPA) { k.Reachable = false }), 1, []kpaStep{
			{60, 10, 8, kpaPods(1)},
		}},
		{"to zero and back", kpaWith(func(*KPA) {}), 1, []kpaStep{
			{60, 10, 1, kpaPods(1)},
			{119, 0, 1, kpaPods(1)}, // second 60 still has load
			{120, 0, 1, kpaPods(0)},
			{180, kpaSilence, 0, kpaPods(0)},
			{181, kpaSilence, 0, KPADecision{}}, // nothing for more than a window
			{182, 25, 0, kpaPanic(3)},
		}},
		{"no sample yet", kpaWith(func(*KPA) {}), 1, []kpaStep{{2, kpaSilence, 1, KPADecision{}}}},
		{"silence behind a permanent activator is no load", kpaWith(func(k *KPA) { k.BurstCapacity = -1 }), 1, []kpaStep{
			{2, kpaSilence, 1, KPADecision{Valid: true, ExcessBurstCapacity: -1}},
		}},
		{"burst capacity", kpaWith(func(k *KPA) { k.Total, k.BurstCapacity = 100, 211 }), 1, []kpaStep{
			{6, 50.5, 0, KPADecision{Desired: 1, Valid: true, ExcessBurstCapacity: -262}},
			{8, 50.5, 1, KPADecision{Desired: 1, Valid: true, ExcessBurstCapacity: -162}},
			{10, 50.5, 3, KPADecision{Desired: 1, Valid: true, ExcessBurstCapacity: 38}},
			{16, 40, 3, KPADecision{Desired: 1, Valid: true, ExcessBurstCapacity: 49}}, // of the panic window
		}},
		// The panic window is one second. Four pods are wanted last in the slot of
		// second 10, which leaves a delay of five slots at second 20.
		{"a scale-down is delayed", kpaWith(func(k *KPA) { k.StableWindow, k.ScaleDownDelay = 6*time.Second, 10*time.Second }), 1, []kpaStep{
			{10, 40, 4, kpaPods(4)},
			{18, 0, 4, kpaPods(4)},
			{20, 0, 4, kpaPods(2)},
		}},
		{"an unreachable revision is not delayed", kpaWith(func(k *KPA) {
			k.StableWindow, k.ScaleDownDelay, k.Reachable = 6*time.Second, 10*time.Second, false
		}), 1, []kpaStep{
			{10, 40, 4, kpaPods(4)},
			{18, 0, 4, kpaPods(0)},
		}},
		{"the activation scale beats the rate, but not zero", kpaWith(func(k *KPA) { k.ActivationScale, k.MaxScaleUpRate = 5, 2 }), 1, []kpaStep{
			{60, 10, 1, kpaPods(5)},
			{120, 0, 1, kpaPods(0)},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			state, second := test.kpa.NewState(test.start, 0), 0
			for _, step := range test.steps {
				for second < step.until {
					second++
					if step.load != kpaSilence {
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

func TestKPATargets(t *testing.T) {
	tiny := DefaultKPA(1)
	tiny.Utilisation = 0.001
	short := DefaultKPA(KPARate)
	short.StableWindow = 6 * time.Second
	odd := DefaultKPA(KPAConcurrency)
	odd.PanicWindowPercent = 51
	for _, test := range []struct {
		name   string
		kpa    KPA
		target float64
		panic  time.Duration
	}{
		{"concurrency", DefaultKPA(KPAConcurrency), 70, 6 * time.Second},
		{"rate", DefaultKPA(KPARate), 140, 6 * time.Second},
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
