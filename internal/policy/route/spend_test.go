package route

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

func TestSpendCap(t *testing.T) {
	type look struct {
		hours int
		spent float64
		want  bool
	}
	start := time.Date(2026, 11, 29, 18, 0, 0, 0, time.FixedZone("", -5*3600)) // a Sunday
	for _, test := range []struct {
		name   string
		period Period
		looks  []look
	}{
		{"daily", Daily, []look{
			{0, 0, false},
			{1, 9.5, false},
			{5, 10, true},
			{6, 10.5, false}, // midnight
			{7, 20.5, true},
			{6 + 48, 20.5, false}, // a day is skipped
		}},
		{"monthly", Monthly, []look{
			{6, 10, true}, // the 30th
			{29, 12, true},
			{30, 12, false}, // 1 December
			{30 + 31*24 - 1, 22, true},
			{30 + 31*24, 22, false}, // 1 January
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := policytest.Must[*SpendCap](t)(NewSpendCap(start, 10, test.period))
			for _, l := range test.looks {
				half := View{Spend: l.spent / 2}
				if got := c.reached(time.Duration(l.hours)*time.Hour, []View{half, half}); got != l.want {
					t.Fatalf("after %d h with %g USD spent: reached is %v, want %v", l.hours, l.spent, got, l.want)
				}
			}
		})
	}
}

// TestSpendCapLaw: a day's spending on overflow exceeds the cap by less than
// the dearest request, and stops only at the cap.
func TestSpendCapLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const price = 0.25 // USD, the dearest request
		limit := rapid.Float64Range(0, 5).Draw(t, "cap")
		r := policytest.Must[*BaseOverflow](t)(NewBaseOverflow(OverflowRule{
			Saturation: Saturation{Signal: QueueLength, Enter: 1},
			Cap:        policytest.Must[*SpendCap](t)(NewSpendCap(midnight, limit, Daily)),
		}))
		homes := []View{{InFlight: 2, Waiting: 1, Slots: 1}, {}}
		spent := map[time.Duration]float64{}
		now := time.Duration(0)
		for range 200 {
			now += time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "gap"))
			today := now / dayLength
			home := r.Route(now, Request{}, homes)
			if stopped := home == 0; stopped != (spent[today] >= limit) && !nearly(spent[today], limit) {
				t.Fatalf("home %d with %g of %g USD spent", home, spent[today], limit)
			}
			cost := rapid.Float64Range(0, price).Draw(t, "cost")
			homes[home].Spend += cost
			if home == 1 {
				spent[today] += cost
			}
			if spent[today] > limit+price {
				t.Fatalf("spent %g USD under a cap of %g", spent[today], limit)
			}
		}
	})
}

// nearly allows for the rounding of sums of floats.
func nearly(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
