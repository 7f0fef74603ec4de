package baseline

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

func TestIdleHistogram(t *testing.T) {
	type some struct {
		n    int
		idle time.Duration
	}
	const fixed = 20 * time.Minute
	at := func(minutes float64) time.Duration { return time.Duration(minutes * float64(time.Minute)) }
	even := make([]some, idleBins)
	for i := range even {
		even[i] = some{1, at(float64(i))}
	}
	for _, test := range []struct {
		name  string
		times []some
		want  IdleWindows
	}{
		{"nothing seen", nil, IdleWindows{Keep: fixed}},
		{"9 idle times", []some{{9, at(10.5)}}, IdleWindows{Keep: fixed}},
		{"10 idle times", []some{{10, at(10.5)}}, IdleWindows{at(9), at(12.1)}},
		{"half beyond 4 h", []some{{5, at(10.5)}, {5, at(240)}}, IdleWindows{at(9), at(12.1)}},
		{"over half beyond 4 h", []some{{9, at(10.5)}, {10, at(240)}}, IdleWindows{Keep: fixed}},
		{"even bins", even, IdleWindows{Keep: fixed}},
		{"short idle times keep it loaded", []some{{5, at(0.9)}, {95, at(30)}}, IdleWindows{0, at(34.1)}},
		{"4 % before and 1 % after do not count", []some{{4, at(1.5)}, {95, at(30.5)}, {1, at(200)}}, IdleWindows{at(27), at(34.1)}},
		{"2 % after do", []some{{4, at(1.5)}, {94, at(30.5)}, {2, at(200.5)}}, IdleWindows{at(27), at(221.1)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := policytest.Must[*IdleHistogram](t)(NewIdleHistogram(fixed))
			for _, s := range test.times {
				for range s.n {
					h.Record(s.idle)
				}
			}
			if got := h.Windows(); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

// TestIdleHistogramLaw compares with sorting: at least 95 % of the idle times
// are not before the pre-warming, at least 99 % of those within 4 h are kept for.
func TestIdleHistogramLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := policytest.Must[*IdleHistogram](t)(NewIdleHistogram(time.Minute))
		shortest := rapid.IntRange(0, 7200).Draw(t, "shortest")
		idle := rapid.SliceOfN(rapid.IntRange(shortest, shortest+1200), 10, 300).Draw(t, "idle seconds")
		for _, s := range idle {
			h.Record(time.Duration(s) * time.Second)
		}
		slices.Sort(idle)
		n := len(idle)
		p5 := idle[(5*n+99)/100-1] / 60
		p99 := idle[(99*n+99)/100-1] / 60
		want := IdleWindows{time.Duration(p5) * time.Minute * 9 / 10, time.Duration(p99+1) * time.Minute * 11 / 10}
		if got := h.Windows(); got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

func TestIdleHistogramErrors(t *testing.T) {
	_, err := NewIdleHistogram(-time.Second)
	policytest.CheckErrors(t, map[string]error{"fixed window of -1s: expected 0 or more": err})
}
