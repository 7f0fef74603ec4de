package baseline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

func TestMArk(t *testing.T) {
	small := MachineType{Rate: 10, Price: 0.5, Launch: time.Minute} // 0.05 USD per hour and request/s
	big := MachineType{Rate: 50, Price: 2, Launch: time.Minute}     // 0.04
	quick := MachineType{Rate: 10, Price: 1}
	slow := MachineType{Rate: 10, Price: 0.9, Launch: time.Hour}
	type plan struct {
		arrivals, want []int
	}
	low := plan{[]int{25, 20}, []int{1, 1}} // 6 requests/s
	for _, test := range []struct {
		name    string
		types   []MachineType
		horizon time.Duration
		start   []int
		plans   []plan
	}{
		// 250 in 5 s: 60 requests/s. A big one takes 50 of them, a small one costs less for the other 10.
		{"fills up with what is cheapest for the rest", []MachineType{small, big}, time.Hour, []int{0, 0}, []plan{
			{[]int{10, 250, 40}, []int{1, 1}},
		}},
		{"six plans hold machines, then the dearest go", []MachineType{small, big}, time.Hour, []int{0, 0}, []plan{
			{[]int{250}, []int{1, 1}},
			low, low, low, low, low,
			{[]int{25}, []int{0, 1}},
		}},
		{"a long launch is dear over a short horizon", []MachineType{quick, slow}, time.Hour, []int{0, 0}, []plan{{[]int{40}, []int{1, 0}}}},
		{"but not over a long one", []MachineType{quick, slow}, 24 * time.Hour, []int{0, 0}, []plan{{[]int{40}, []int{0, 1}}}},
		{"what is there counts", []MachineType{small, big}, time.Hour, []int{2, 1}, []plan{{[]int{300}, []int{3, 1}}}},
		{"nothing for nothing", []MachineType{small, big}, time.Hour, []int{2, 1}, []plan{{nil, []int{0, 0}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := policytest.Must[*MArk](t)(NewMArk(test.types, test.horizon))
			machines := test.start
			for i, p := range test.plans {
				m.Plan(p.arrivals, machines)
				if diff := cmp.Diff(p.want, machines); diff != "" {
					t.Fatalf("plan %d (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

// TestMArkLaws: the machines serve 1.2 times the busiest window of the last 6
// plans, none of them is spare, and the same arrivals again change nothing.
func TestMArkLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types := make([]MachineType, rapid.IntRange(1, 4).Draw(t, "types"))
		for i := range types {
			types[i] = MachineType{
				Rate:   rapid.Float64Range(1, 50).Draw(t, "rate"),
				Price:  rapid.Float64Range(0.1, 5).Draw(t, "price"),
				Launch: time.Duration(rapid.IntRange(0, 600).Draw(t, "launch")) * time.Second,
			}
		}
		m := policytest.Must[*MArk](t)(NewMArk(types, time.Hour))
		machines := make([]int, len(types))
		var peaks []float64
		for range 20 {
			arrivals := rapid.SliceOfN(rapid.IntRange(0, 1000), 12, 12).Draw(t, "arrivals")
			m.Plan(arrivals, machines)
			peak := 0
			for _, n := range arrivals {
				peak = max(peak, n)
			}
			peaks = append(peaks, float64(peak)/5*1.2)
			floor := 0.0
			for _, p := range peaks[max(0, len(peaks)-6):] {
				floor = max(floor, p)
			}
			checkCapacity(t, types, machines, floor)
			again := append([]int(nil), machines...)
			m.Plan(arrivals, again)
			peaks = append(peaks, peaks[len(peaks)-1])
			for i := range again {
				if again[i] > machines[i] {
					t.Fatalf("%v become %v for the same arrivals", machines, again)
				}
			}
			machines = again
		}
	})
}

func checkCapacity(t *rapid.T, types []MachineType, machines []int, need float64) {
	capacity := 0.0
	for i, n := range machines {
		capacity += float64(n) * types[i].Rate
	}
	if capacity < need*(1-1e-6) {
		t.Fatalf("%g requests/s served of %g", capacity, need)
	}
	for i, n := range machines {
		if n > 0 && capacity-types[i].Rate > need*(1+1e-6) {
			t.Fatalf("%v serve %g requests/s of %g: type %d is spare", machines, capacity, need, i)
		}
	}
}

func TestMArkErrors(t *testing.T) {
	mark := func(horizon time.Duration, types ...MachineType) error { _, err := NewMArk(types, horizon); return err }
	policytest.CheckErrors(t, map[string]error{
		"no types of machines: expected at least one":                                             mark(1),
		"horizon 0s: expected above 0":                                                            mark(0, MachineType{Rate: 1}),
		"type 1: 0 requests/s at 1 USD/h after 0s: expected a rate above 0, the others 0 or more": mark(1, MachineType{Rate: 1}, MachineType{Price: 1}),
	})
}
