package route

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

// midnight is a Tuesday.
var midnight = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func TestSingle(t *testing.T) {
	r := policytest.Must[*Single](t)(NewSingle(1, 3))
	if got := r.Route(0, Request{}, make([]View, 3)); got != 1 {
		t.Errorf("home %d, want 1", got)
	}
}

func TestAdmission(t *testing.T) {
	r := policytest.Must[*Admission](t)(NewAdmission(10, policytest.Must[*Single](t)(NewSingle(1, 2))))
	for _, test := range []struct{ first, second, want int }{
		{0, 0, 1}, {4, 5, 1}, {5, 5, Refuse}, {0, 11, Refuse},
	} {
		if got := r.Route(0, Request{}, []View{{InFlight: test.first}, {InFlight: test.second}}); got != test.want {
			t.Errorf("%d and %d in flight: home %d, want %d", test.first, test.second, got, test.want)
		}
	}
}

func TestWeights(t *testing.T) {
	for _, test := range []struct {
		weights, want []int
	}{
		{[]int{5, 1, 1}, []int{0, 0, 0, 1, 0, 0, 2, 0, 0}},
		{[]int{1, 1}, []int{0, 1, 0, 1}},
		{[]int{0, 2}, []int{1, 1, 1}},
		{[]int{1, 3}, []int{1, 1, 0, 1, 1, 1, 0, 1}},
	} {
		r := policytest.Must[*Weights](t)(NewWeights(test.weights))
		got := make([]int, len(test.want))
		for i := range got {
			got[i] = r.Route(0, Request{}, nil)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("weights %v (-want +got):\n%s", test.weights, diff)
		}
	}
}

// TestWeightsLaw: over any prefix each home has had its exact share, rounded down or up.
func TestWeightsLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(0, 60), 1, 12).Draw(t, "weights")
		weights[0]++
		total := 0
		for _, w := range weights {
			total += w
		}
		r := policytest.Must[*Weights](t)(NewWeights(weights))
		had := make([]int, len(weights))
		for n := 1; n <= 2*total+3; n++ {
			had[r.Route(0, Request{}, nil)]++
			for i, w := range weights {
				if had[i] < n*w/total || had[i] > (n*w+total-1)/total {
					t.Fatalf("after %d requests home %d has had %d, its share is %g", n, i, had[i], float64(n*w)/float64(total))
				}
			}
		}
	})
}

func TestByTimeOfDay(t *testing.T) {
	start := time.Date(2026, 11, 24, 22, 30, 0, 0, time.FixedZone("", 3600))
	r := policytest.Must[*ByTimeOfDay](t)(NewByTimeOfDay(start, 3, []Shift{{6 * time.Hour, 1}, {8 * time.Hour, 0}, {23 * time.Hour, 2}}))
	for _, test := range []struct {
		after time.Duration
		want  int
	}{
		{0, 0}, // 22:30
		{30*time.Minute - 1, 0},
		{30 * time.Minute, 2}, // 23:00
		{90 * time.Minute, 2}, // 00:00: the last shift goes on
		{7*time.Hour + 30*time.Minute - 1, 2},
		{7*time.Hour + 30*time.Minute, 1}, // 06:00
		{9*time.Hour + 30*time.Minute, 0}, // 08:00
		{dayLength, 0},
		{dayLength + 30*time.Minute, 2},
	} {
		if got := r.Route(test.after, Request{}, nil); got != test.want {
			t.Errorf("after %v: home %d, want %d", test.after, got, test.want)
		}
	}
}

func TestBurst(t *testing.T) {
	serverless := View{InFlight: 100}
	for _, test := range []struct {
		name  string
		homes []View
		want  int
	}{
		{"free slot", []View{{InFlight: 3, Slots: 4}, serverless}, 0},
		{"free slot while scaling", []View{{InFlight: 3, Slots: 4, Starting: 4}, serverless}, 0},
		{"full while scaling", []View{{InFlight: 4, Slots: 4, Starting: 4}, serverless}, 1},
		{"full and not scaling", []View{{InFlight: 9, Waiting: 5, Slots: 4}, serverless}, 0},
		{"no ready slot", []View{{}, serverless}, 1},
		{"no other home", []View{{Starting: 1}}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := new(Burst).Route(0, Request{}, test.homes); got != test.want {
				t.Errorf("home %d, want %d", got, test.want)
			}
		})
	}
}

func TestRouterErrors(t *testing.T) {
	shifts := func(s ...Shift) error { _, err := NewByTimeOfDay(midnight, 2, s); return err }
	weights := func(w ...int) error { _, err := NewWeights(w); return err }
	single := func(home, homes int) error { _, err := NewSingle(home, homes); return err }
	admission := func(limit int, r Router) error { _, err := NewAdmission(limit, r); return err }
	overflow := func(rule OverflowRule) error { _, err := NewBaseOverflow(rule); return err }
	spend := func(usd float64, p Period) error { _, err := NewSpendCap(midnight, usd, p); return err }
	sound := Saturation{Enter: 1}
	policytest.CheckErrors(t, map[string]error{
		"home 2: expected one of 0 to 1":                                                single(2, 2),
		"home -1: expected one of 0 to 1":                                               single(-1, 2),
		"limit of requests in flight 0: expected at least 1":                            admission(0, &Burst{}),
		"admission without a router: expected one for the admitted requests":            admission(1, nil),
		"weights [0 0]: expected at least one above 0":                                  weights(0, 0),
		"weight -1 of home 1: expected 0 or more, and a sum of at most 2147483647":      weights(2, -1),
		"weight 2 of home 1: expected 0 or more, and a sum of at most 2147483647":       weights(math.MaxInt32-1, 2),
		"no shifts: expected at least one":                                              shifts(),
		"shift 0 begins at 24h0m0s: expected a time of the day, from 0 to below 24 h":   shifts(Shift{dayLength, 0}),
		"shift 1 begins at 1h0m0s, not after the one before: expected rising times":     shifts(Shift{time.Hour, 0}, Shift{time.Hour, 1}),
		"shift 0: home 2: expected one of 0 to 1":                                       shifts(Shift{0, 2}),
		"saturation begins at 1 and ends at 1: expected 0 <= end < begin":               overflow(OverflowRule{Saturation: Saturation{Enter: 1, Leave: 1}}),
		"saturation begins at NaN and ends at 0: expected 0 <= end < begin":             overflow(OverflowRule{Saturation: Saturation{Enter: math.NaN()}}),
		"signal 4: expected InFlightShare, InFlightCount, QueueLength or PredictedWait": overflow(OverflowRule{Saturation: Saturation{Signal: 4}}),
		"least time in a state -1s: expected 0 or more":                                 overflow(OverflowRule{Saturation: Saturation{Enter: 1, MinTime: -time.Second}}),
		"limit -1 of home 2: expected 0 (none) or more":                                 overflow(OverflowRule{Saturation: sound, Limits: []int{0, -1}}),
		"fallback 2: expected QueueAtBase or RefuseRequest":                             overflow(OverflowRule{Saturation: sound, Fallback: 2}),
		"spend cap of -1 USD: expected 0 or more":                                       spend(-1, Daily),
		"spend cap of NaN USD: expected 0 or more":                                      spend(math.NaN(), Daily),
		"period 2 of a spend cap: expected Daily or Monthly":                            spend(1, 2),
	})
}

// anyRouter draws one of all routers over a number of homes.
func anyRouter(t *rapid.T, homes int) Router {
	home := func(label string) int { return rapid.IntRange(0, homes-1).Draw(t, label) }
	switch rapid.SampledFrom([]string{"single", "weights", "daytime", "burst", "overflow", "admission"}).Draw(t, "router") {
	case "single":
		return policytest.Must[*Single](t)(NewSingle(home("home"), homes))
	case "weights":
		weights := rapid.SliceOfN(rapid.IntRange(0, 5), homes, homes).Draw(t, "weights")
		weights[home("at least one")]++
		return policytest.Must[*Weights](t)(NewWeights(weights))
	case "daytime":
		return policytest.Must[*ByTimeOfDay](t)(NewByTimeOfDay(midnight, homes, []Shift{{time.Minute, home("day")}, {12 * time.Hour, home("night")}}))
	case "burst":
		return &Burst{}
	case "admission":
		return policytest.Must[*Admission](t)(NewAdmission(rapid.IntRange(1, 50).Draw(t, "limit"), &Burst{}))
	default:
		return policytest.Must[*BaseOverflow](t)(NewBaseOverflow(anyOverflowRule(t)))
	}
}

func anyHomeView(t *rapid.T) View {
	h := View{
		InFlight: rapid.IntRange(0, 30).Draw(t, "in flight"),
		Slots:    rapid.IntRange(0, 20).Draw(t, "slots"),
		Starting: rapid.IntRange(0, 5).Draw(t, "starting"),
		Service:  time.Duration(rapid.IntRange(0, 5000).Draw(t, "service ms")) * time.Millisecond,
	}
	h.Waiting = max(0, h.InFlight-h.Slots)
	return h
}

// TestRouterLaws: the answer is a home or Refuse, and costs no allocation.
func TestRouterLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		homes := make([]View, rapid.IntRange(1, 5).Draw(t, "homes"))
		r := anyRouter(t, len(homes))
		now := time.Duration(0)
		for range 50 {
			now += time.Duration(rapid.Int64Range(0, int64(3*time.Hour)).Draw(t, "gap"))
			for i := range homes {
				homes[i] = anyHomeView(t)
			}
			if got := r.Route(now, Request{}, homes); got < Refuse || got >= len(homes) {
				t.Fatalf("home %d of %d", got, len(homes))
			}
		}
		if n := testing.AllocsPerRun(10, func() { r.Route(now, Request{}, homes) }); n != 0 {
			t.Fatalf("%g allocations", n)
		}
	})
}

func BenchmarkRoute(b *testing.B) {
	homes := []View{{InFlight: 9, Waiting: 1, Slots: 8, Service: time.Second}, {InFlight: 3}}
	overflow := policytest.Must[*BaseOverflow](b)(NewBaseOverflow(OverflowRule{
		Saturation: Saturation{Signal: PredictedWait, Enter: 0.1, MinTime: time.Second},
		Limits:     []int{1000}, Cap: policytest.Must[*SpendCap](b)(NewSpendCap(midnight, 10, Monthly)),
	}))
	for name, r := range map[string]Router{
		"overflow": overflow, "burst": &Burst{},
		"weights":   policytest.Must[*Weights](b)(NewWeights([]int{95, 5})),
		"admission": policytest.Must[*Admission](b)(NewAdmission(1000, overflow)),
	} {
		b.Run(name, func(b *testing.B) {
			now := time.Duration(0)
			for b.Loop() {
				now += time.Millisecond
				r.Route(now, Request{}, homes)
			}
		})
	}
}
