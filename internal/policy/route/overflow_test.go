package route

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

func TestSignals(t *testing.T) {
	busy := View{InFlight: 12, Waiting: 4, Slots: 8, Service: 3 * time.Second}
	starting := View{InFlight: 1, Waiting: 1, Service: time.Second}
	for _, test := range []struct {
		name   string
		signal Signal
		home   View
		want   float64
	}{
		{"share", InFlightShare, busy, 1.5},
		{"count", InFlightCount, busy, 12},
		{"queue", QueueLength, busy, 4},
		{"wait", PredictedWait, busy, 1.5},
		{"share without slots", InFlightShare, starting, math.Inf(1)},
		{"wait without slots", PredictedWait, starting, math.Inf(1)},
		{"share of nothing", InFlightShare, View{}, 0},
		{"wait at nothing", PredictedWait, View{}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.signal.value(&test.home); got != test.want {
				t.Errorf("%g, want %g", got, test.want)
			}
		})
	}
}

// TestBaseOverflow walks through the hysteresis: 10 requests in flight at the base
// saturate it, 6 end that, and each state lasts 5 s at least.
func TestBaseOverflow(t *testing.T) {
	r := policytest.Must[*BaseOverflow](t)(NewBaseOverflow(OverflowRule{
		Saturation: Saturation{Signal: InFlightCount, Enter: 10, Leave: 6, MinTime: 5 * time.Second},
		Limits:     []int{3, 2}, Fallback: RefuseRequest,
	}))
	for _, test := range []struct {
		second               int
		base, first, second2 int
		want                 int
	}{
		{0, 9, 0, 0, 0},
		{1, 10, 0, 0, 1}, // saturated until 6 s at least
		{2, 5, 2, 0, 1},
		{3, 5, 3, 0, 2}, // home 1 is at its limit
		{4, 5, 3, 2, Refuse},
		{6, 7, 0, 0, 1}, // above 6
		{7, 6, 0, 0, 0}, // the base again until 12 s at least
		{8, 50, 0, 0, 0},
		{12, 10, 0, 0, 1},
	} {
		homes := []View{{InFlight: test.base}, {InFlight: test.first}, {InFlight: test.second2}}
		if got := r.Route(time.Duration(test.second)*time.Second, Request{}, homes); got != test.want {
			t.Fatalf("at %d s: home %d, want %d", test.second, got, test.want)
		}
	}
}

func TestFallback(t *testing.T) {
	homes := []View{{InFlight: 5, Waiting: 1, Slots: 4, Spend: 100}, {InFlight: 8}}
	for _, test := range []struct {
		name string
		rule OverflowRule
		want int
	}{
		{"no limit", OverflowRule{}, 1},
		{"limit of 0 is none", OverflowRule{Limits: []int{0}}, 1},
		{"at the limit, queue", OverflowRule{Limits: []int{8}}, 0},
		{"at the limit, refuse", OverflowRule{Limits: []int{8}, Fallback: RefuseRequest}, Refuse},
		{"the base's spending does not count", OverflowRule{Cap: policytest.Must[*SpendCap](t)(NewSpendCap(midnight, 50, Daily))}, 1},
		{"no money, queue", OverflowRule{Cap: policytest.Must[*SpendCap](t)(NewSpendCap(midnight, 0, Daily))}, 0},
		{"no money, refuse", OverflowRule{Cap: policytest.Must[*SpendCap](t)(NewSpendCap(midnight, 0, Daily)), Fallback: RefuseRequest}, Refuse},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.rule.Saturation = Saturation{Signal: QueueLength, Enter: 1}
			if got := policytest.Must[*BaseOverflow](t)(NewBaseOverflow(test.rule)).Route(0, Request{}, homes); got != test.want {
				t.Errorf("home %d, want %d", got, test.want)
			}
		})
	}
}

func anyOverflowRule(t *rapid.T) OverflowRule {
	leave := rapid.Float64Range(0, 10).Draw(t, "leave")
	rule := OverflowRule{
		Saturation: Saturation{
			Signal:  Signal(rapid.IntRange(0, 3).Draw(t, "signal")),
			Enter:   leave + rapid.Float64Range(0.1, 10).Draw(t, "enter"),
			Leave:   leave,
			MinTime: time.Duration(rapid.IntRange(0, 3600).Draw(t, "least seconds")) * time.Second,
		},
		Limits:   rapid.SliceOfN(rapid.IntRange(0, 20), 0, 5).Draw(t, "limits"),
		Fallback: Fallback(rapid.IntRange(0, 1).Draw(t, "fallback")),
	}
	return rule
}

// TestHysteresisLaw: two changes are never closer than the least time, and a
// reading between the thresholds changes nothing.
func TestHysteresisLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := policytest.Must[*BaseOverflow](t)(NewBaseOverflow(anyOverflowRule(t)))
		s := r.rule.Saturation
		now, changed := time.Duration(0), time.Duration(math.MinInt64/2)
		for range 100 {
			now += time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "gap"))
			homes := []View{anyHomeView(t), {}}
			before := r.base.saturated
			r.Route(now, Request{}, homes)
			if r.base.saturated == before {
				continue
			}
			if now-changed < s.MinTime {
				t.Fatalf("changed after %v, least time %v", now-changed, s.MinTime)
			}
			if v := s.Signal.value(&homes[0]); v > s.Leave && v < s.Enter {
				t.Fatalf("changed at %g, between %g and %g", v, s.Leave, s.Enter)
			}
			changed = now
		}
	})
}

// TestEmptyHomesLaw: with nothing in flight anywhere the base takes the request,
// once the least time in a state is over.
func TestEmptyHomesLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := policytest.Must[*BaseOverflow](t)(NewBaseOverflow(anyOverflowRule(t)))
		homes := make([]View, rapid.IntRange(1, 4).Draw(t, "homes"))
		homes[0].Slots = rapid.IntRange(0, 5).Draw(t, "slots")
		if got := r.Route(0, Request{}, homes); got != 0 {
			t.Fatalf("the first request goes to home %d", got)
		}
		homes[0].InFlight = 1000
		r.Route(1, Request{}, homes)
		homes[0].InFlight = 0
		if got := r.Route(2+r.rule.Saturation.MinTime, Request{}, homes); got != 0 {
			t.Fatalf("home %d after the least time in a state", got)
		}
	})
}
