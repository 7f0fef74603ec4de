package kpa

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func drawSpec(t *rapid.T) Spec {
	k := Default(rapid.Float64Range(1, 200).Draw(t, "total"))
	k.StableWindow = time.Duration(rapid.IntRange(6, 60).Draw(t, "window")) * time.Second
	k.PanicWindowPercent = rapid.Float64Range(1, 100).Draw(t, "panic window")
	k.PanicThresholdPercent = rapid.Float64Range(110, 1000).Draw(t, "panic threshold")
	k.MaxScaleUpRate = rapid.Float64Range(1.01, 20).Draw(t, "up")
	k.MaxScaleDownRate = rapid.Float64Range(1.01, 20).Draw(t, "down")
	return k
}

// TestSettles: under a steady load the pods end at the load over the target, from anywhere.
func TestSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawSpec(t)
		ready := rapid.IntRange(0, 40).Draw(t, "ready")
		load := rapid.Float64Range(0, 50*k.Target()).Draw(t, "load")
		state := k.NewState(ready, 0)
		for now := Tick; now < 8*k.StableWindow+4*time.Minute; now += Tick {
			k.Record(state, load, now-Scrape)
			k.Record(state, load, now)
			ready = k.Decide(state, ready, now).Desired
		}
		if want := int(k.pods(math.Round(load*1e6) / 1e6)); ready != want {
			t.Fatalf("%d pods for %g at a target of %g, want %d", ready, load, k.Target(), want)
		}
	})
}

// TestDecisionLaws: panic never lowers the number, and otherwise it stays within the rates.
func TestDecisionLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := drawSpec(t)
		state := k.NewState(rapid.IntRange(0, 3).Draw(t, "start"), 0)
		var last Decision
		for i := range 60 {
			now := time.Duration(i+1) * Tick
			ready := rapid.IntRange(0, 20).Draw(t, "ready")
			k.Record(state, rapid.Float64Range(0, 40*k.Target()).Draw(t, "load"), now)
			got := k.Decide(state, ready, now)
			if last.Panicking && got.Panicking && got.Desired < last.Desired {
				t.Fatalf("from %d to %d pods while panicking", last.Desired, got.Desired)
			}
			from := float64(max(1, ready))
			if least, most := math.Floor(from/k.MaxScaleDownRate), math.Ceil(from*k.MaxScaleUpRate); !got.Panicking &&
				(float64(got.Desired) < least || float64(got.Desired) > most) {
				t.Fatalf("%d pods from %d, outside %g to %g", got.Desired, ready, least, most)
			}
			last = got
		}
	})
}

// TestWindowIsAnAverage: the running total agrees with a sum over all samples.
func TestWindowIsAnAverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 12).Draw(t, "size")
		w := newWindow(time.Duration(size) * time.Second)
		bySecond := map[int64]float64{}
		first, last := int64(0), int64(-1000)
		for second := range int64(80) {
			for range rapid.IntRange(0, 2).Draw(t, "samples") {
				value := rapid.Float64Range(0, 100).Draw(t, "value")
				if second-last >= size {
					first = second
				}
				last = second
				bySecond[second] += value
				w.record(second, value)
			}
			if got, want := w.average(second), naiveAverage(bySecond, first, last, second, size); math.Abs(got-want) > 1e-6 {
				t.Fatalf("average %g at %d, want %g", got, second, want)
			}
			if got, want := w.empty(second), second-last > size; got != want {
				t.Fatalf("empty %t at %d, want %t", got, second, want)
			}
		}
	})
}

func naiveAverage(bySecond map[int64]float64, first, last, now, size int64) float64 {
	from := max(first, now-size+1)
	if from > last {
		return 0
	}
	sum := 0.0
	for s := from; s <= last; s++ {
		sum += bySecond[s]
	}
	return sum / float64(last-from+1)
}

// TestDelayIsAMaximum: the delay holds the largest number of its slots.
func TestDelayIsAMaximum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slots := rapid.IntRange(1, 6).Draw(t, "slots")
		d := newDelay(time.Duration(slots) * Tick)
		var at []time.Duration
		var wanted []int
		now := time.Duration(0)
		for range 50 {
			now += time.Duration(rapid.IntRange(0, 8).Draw(t, "seconds")) * time.Second
			at, wanted = append(at, now), append(wanted, rapid.IntRange(0, 9).Draw(t, "pods"))
			want := 0
			for i, pods := range wanted {
				if int(now/Tick-at[i]/Tick) < slots {
					want = max(want, pods)
				}
			}
			if got := d.hold(now, wanted[len(wanted)-1]); got != want {
				t.Fatalf("holds %d at %v, want %d", got, now, want)
			}
		}
	})
}

func TestDoesNotAllocate(t *testing.T) {
	k := Default(ConcurrencyTotal)
	k.ScaleDownDelay = 30 * time.Second
	state, now := k.NewState(1, 0), time.Duration(0)
	revision := k.NewRevision(0)
	allocations := testing.AllocsPerRun(200, func() {
		now += Tick
		k.Record(state, float64(now%7), now)
		k.Reconcile(&revision, k.Decide(state, 1, now), 1, now)
	})
	if allocations != 0 {
		t.Errorf("%g allocations for each tick", allocations)
	}
}
