package keda

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

func TestPoll(t *testing.T) {
	type poll struct {
		at, current int
		value       int64
		want        int
	}
	const unread = -1
	keda := func(change func(*Spec)) Spec {
		k := Default(5000)
		if change != nil {
			change(&k)
		}
		return k
	}
	for _, test := range []struct {
		name  string
		keda  Spec
		polls []poll
	}{
		{"starts with one replica", keda(nil), []poll{{30, 0, 0, 0}, {60, 0, 1, 1}, {90, 0, 90_000, 1}}},
		{"starts with the least number", keda(func(k *Spec) { k.Min = 3 }), []poll{{30, 0, 1, 3}}},
		{"does not start at the activation value", keda(func(k *Spec) { k.Activation = 2000 }), []poll{{30, 0, 2000, 0}, {60, 0, 2001, 1}}},
		{"leaves more than zero to the HPA", keda(nil), []poll{{30, 1, 90_000, 1}, {60, 7, 1, 7}}},
		{"goes to zero only after the cooldown", keda(nil), []poll{{30, 2, 1, 2}, {60, 2, 0, 2}, {330, 2, 0, 2}, {331, 2, 0, 0}}},
		{"counts the cooldown from the last activity", keda(nil), []poll{{30, 1, 1, 1}, {300, 1, 1, 1}, {360, 1, 0, 1}, {600, 1, 0, 1}, {630, 1, 0, 0}}},
		{"was never active", keda(nil), []poll{{30, 4, 0, 0}}},
		{"was never active, within the initial cooldown", keda(func(k *Spec) { k.InitialCooldown = time.Minute }), []poll{
			{30, 4, 0, 4}, {60, 4, 0, 4}, {90, 4, 0, 0},
		}},
		{"keeps the least number", keda(func(k *Spec) { k.Min = 2 }), []poll{{30, 2, 0, 2}, {900, 5, 0, 5}, {930, 1, 0, 2}}},
		{"does nothing without a value", keda(nil), []poll{{30, 0, unread, 0}, {60, 3, unread, 3}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var state State
			for _, p := range test.polls {
				got := test.keda.Poll(&state, p.current, &hpa.Reading{Total: p.value, Unavailable: p.value == unread}, time.Duration(p.at)*time.Second)
				if got != p.want {
					t.Fatalf("at %d s: %d replicas for %d over %d, want %d", p.at, got, p.value, p.current, p.want)
				}
			}
		})
	}
}

// TestLaws: with its HPA beside it, KEDA keeps within its bounds, serves whatever is
// active, and ends at zero when nothing comes.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Default(rapid.Int64Range(1, 20_000).Draw(t, "threshold"))
		k.Min = rapid.IntRange(0, 3).Draw(t, "min")
		k.Max = k.Min + rapid.IntRange(1, 30).Draw(t, "more")
		k.Activation = rapid.Int64Range(0, 3000).Draw(t, "activation")
		above := k.HPA()
		var polls State
		var decisions hpa.State
		replicas := rapid.IntRange(0, k.Max).Draw(t, "replicas")
		values := rapid.SliceOfN(rapid.Int64Range(0, 200_000), 20, 20).Draw(t, "values")
		for tick := range 80 {
			now := time.Duration(tick) * above.SyncPeriod
			seen := hpa.Snapshot{Readings: []hpa.Reading{{}}}
			if tick < 20 {
				seen.Readings[0].Total = values[tick]
			}
			if tick%2 == 0 {
				replicas = k.Poll(&polls, replicas, &seen.Readings[0], now)
				if replicas == 0 && seen.Readings[0].Total > k.Activation {
					t.Fatalf("no replicas for %d", seen.Readings[0].Total)
				}
			}
			seen.Replicas, seen.Created = replicas, replicas
			replicas = above.Decide(&decisions, &seen, now)
			if replicas > k.Max || replicas < k.Min && tick > 0 {
				t.Fatalf("%d replicas outside %d to %d", replicas, k.Min, k.Max)
			}
		}
		if replicas != k.Min {
			t.Fatalf("%d replicas are left of an idle target, want %d", replicas, k.Min)
		}
	})
}
