package simulate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestFunctionEnvironments follows by hand which environments there are.
func TestFunctionEnvironments(t *testing.T) {
	type result struct {
		Cold, Rejected, TimedOut, Shortages int64
		Peak                                int
		Worst                               float64 // latency, s
		Run, HeldRun, Held                  int64   // ms
	}
	// Environment A is created at 0 and busy until 3; B is created at 1 and busy until 2. Who comes at 5 and is
	// served until 6 leaves one of them idle since 2 or 3; with a window of 10 s that one has expired, or not,
	// when two come at 12.5.
	routed := works([2]float64{0, 3}, [2]float64{1, 1}, [2]float64{5, 1}, [2]float64{12.5, 1}, [2]float64{12.5, 1})
	tracking := scale.TargetTrackingRule{
		Bounds: scale.Bounds{Min: 2, Max: 10}, Target: 0.5, LowShare: 0.9, OutPeriods: 1, InPeriods: 2,
	}
	for _, test := range []struct {
		name     string
		function home.Function
		service  home.Service
		load     workload.Workload
		want     result
	}{
		{
			name:     "last used first: A is used again, B has expired at 12",
			function: home.Function{Limit: 10, IdleExpiry: 10 * time.Second},
			load:     routed,
			want:     result{Cold: 3, Peak: 2, Worst: 3, Run: 7000},
		},
		{
			name:     "newest created first: B is used again, A lives until 13",
			function: home.Function{Limit: 10, IdleExpiry: 10 * time.Second, Routing: home.NewestCreated},
			load:     routed,
			want:     result{Cold: 2, Peak: 2, Worst: 3, Run: 7000},
		},
		{
			name:     "longest idle first: B is used again",
			function: home.Function{Limit: 10, IdleExpiry: 10 * time.Second, Routing: home.LongestIdle},
			load:     routed,
			want:     result{Cold: 2, Peak: 2, Worst: 3, Run: 7000},
		},
		{
			name:     "the init inside the first call counts against its time-out",
			function: home.Function{Limit: 10, Init: random.Constant(15), InitLimit: 10 * time.Second, Timeout: 16 * time.Second},
			service:  constant(2), load: at(0),
			want: result{Cold: 1, TimedOut: 1, Peak: 1, Run: 10_000 + 16_000},
		},
		{
			name:     "an init that is longer than the time-out never ends",
			function: home.Function{Limit: 10, Init: random.Constant(20), InitLimit: 10 * time.Second, Timeout: 16 * time.Second},
			service:  constant(2), load: at(0),
			want: result{Cold: 1, TimedOut: 1, Peak: 1, Run: 10_000 + 16_000},
		},
		{
			name:     "provisioned environments are part of the limit, and what exceeds it is a shortage",
			function: home.Function{Limit: 2, Provisioned: 1},
			service:  constant(2), load: at(0, 0, 0),
			want: result{Cold: 1, Rejected: 1, Shortages: 1, Peak: 2, Worst: 2, Run: 2000, HeldRun: 2000, Held: 1_000_000},
		},
		{
			name: "a schedule: asked for at 60, ready at 90, given back at 600 while busy, in steps of 300 s",
			function: home.Function{
				Limit: 10, Init: random.Constant(1), IdleExpiry: time.Second, AllocationDelay: 30 * time.Second, HeldStep: 300 * time.Second,
				Schedule: daily(map[int]int{0: 1, 60: 3, 600: 1}),
			},
			// The second at 70 and the second at 602 spill over.
			service: constant(2), load: at(70, 70, 100, 100, 100, 599, 599, 599, 602, 602),
			want: result{
				Cold: 2, Peak: 3, Worst: 3, Run: 2 * 3000,
				HeldRun: 2*1000 + (1+3+3+1)*2000, Held: 1_000_000 + 2*600_000,
			},
		},
		{
			name: "environments given back before they are ready are paid for, a step at the least",
			function: home.Function{
				Limit: 10, AllocationDelay: 90 * time.Second, HeldStep: 300 * time.Second, Schedule: daily(map[int]int{0: 0, 60: 2, 120: 0}),
			},
			service: constant(2), load: at(200),
			want: result{Cold: 1, Peak: 1, Worst: 2, Run: 2000, Held: 2 * 300_000},
		},
		{
			name:     "a target of 50 %: two busy ones of two in the first minute ask for four",
			function: home.Function{Limit: 10, Provisioned: 2, Tracking: &tracking},
			service:  constant(90), load: at(0, 0),
			want: result{Peak: 4, Worst: 90, HeldRun: 180_000, Held: 2*1_000_000 + 2*940_000},
		},
		{
			name:     "and give two back after two minutes at a quarter",
			function: home.Function{Limit: 10, Provisioned: 4, HeldStep: 300 * time.Second, Tracking: &tracking},
			// One of four is busy until 125: at 120 the second minute is below the low mark, and two are enough.
			service: constant(125), load: at(0),
			want: result{Peak: 4, Worst: 125, HeldRun: 125_000, Held: 2*1_000_000 + 2*300_000},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.service.Concurrency == 0 {
				test.service.Concurrency = 1
			}
			o := run(t, home.Home{Name: "functions", Service: test.service, Function: &test.function}, test.load)
			got := result{
				o.ColdStarts, o.Rejected, o.TimedOut, o.Shortages, o.PeakLive, o.Latency.Max,
				o.Metered.RunTime, o.Metered.HeldRunTime, o.Metered.HeldTime,
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// works is requests that bring their own work, {at, work} in seconds, within a span of 1000 s.
func works(list ...[2]float64) workload.Workload {
	var requests []workload.Request
	for _, r := range list {
		requests = append(requests, workload.Request{At: time.Duration(r[0] * 1e9), Work: time.Duration(r[1] * 1e9)})
	}
	return workload.NewRecorded(workload.Info{Name: "scenario", Span: 1000 * time.Second}, requests)
}

// TestHistogramKeepsAndPrewarms: of requests every half hour the first eleven are cold, ten idle times being needed.
// From then on the environment is unloaded after each, loaded again after 26.1 min (0.9 x 29), and kept to 33 min (1.1 x 30).
func TestHistogramKeepsAndPrewarms(t *testing.T) {
	const n, cold, warm = 20, 11, 9
	var seconds []workload.Request
	for i := range n {
		seconds = append(seconds, workload.Request{At: time.Duration(i) * 30 * time.Minute, Work: time.Second})
	}
	span := n * 30 * time.Minute
	o := run(t, home.Home{
		Name: "functions", Service: home.Service{Concurrency: 1},
		Function: &home.Function{Limit: 10, Init: random.Constant(0.5), IdleExpiry: time.Minute, IdleHistogram: true},
	}, workload.NewRecorded(workload.Info{Name: "half-hourly", Span: span}, seconds))
	// Ten are loaded ahead: for the nine that are warm, and once for nobody.
	if o.ColdStarts != cold || o.Starts != cold+10 || o.Latency.Max != 1.5 {
		t.Errorf("%d cold, %d starts, slowest %g s, want %d, %d and 1.5", o.ColdStarts, o.Starts, o.Latency.Max, cold, cold+10)
	}
	if want := int64(cold*1500 + warm*1000 + 10*500); o.Metered.RunTime != want {
		t.Errorf("%d ms of run time, want %d", o.Metered.RunTime, want)
	}
	// Ten cold ones live for a minute longer, the eleventh not. The first loaded ahead lives from 1566 s after the end at
	// 1.5 s to the end of its request at 1801 s, the others from 1566 s after the end at 1 s; the last to the end of the span.
	live := 10*61.5 + 1.5 + (1801 - 1567.5) + 8*(1801-1567) + (1800 - 1567)
	near(t, "mean live", o.MeanLive, live/span.Seconds(), 1e-6)
}

// TestScheduledEnvironmentsLive: three environments from 90 s, one from 600 s on, of which the busy ones live until 601 s.
func TestScheduledEnvironmentsLive(t *testing.T) {
	h := home.Home{Name: "functions", Service: constant(2), Function: &home.Function{
		Limit: 10, AllocationDelay: 30 * time.Second, Schedule: daily(map[int]int{0: 1, 60: 3, 600: 1}),
	}}
	o, err := Run(t.Context(), h, at(599, 599, 599), Options{Timeline: 20})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean live", o.MeanLive, 1+2*(601-90)/1000.0, 1e-9)
	if o.PeakLive != 3 || o.Starts != 2 || o.ColdStarts != 0 {
		t.Errorf("%d environments at the most, %d starts, %d cold", o.PeakLive, o.Starts, o.ColdStarts)
	}
	var ready []int
	for _, m := range o.Timeline.Homes[0].Moments { // every 50 s
		ready = append(ready, m.Ready)
	}
	if want := []int{1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1}; !cmp.Equal(want, ready) {
		t.Errorf("ready %v, want %v", ready, want)
	}
}

// TestHeldPastTheSpan: a request runs on to 203 s. What the schedule changes then, after the span of 90 s, costs nothing: neither the
// init of environments that are asked for, nor the rest of the step of those that are given back.
func TestHeldPastTheSpan(t *testing.T) {
	for after, held := range map[int]int64{5: 90_000, 0: 90_000} {
		h := home.Home{Name: "functions", Service: constant(200), Function: &home.Function{
			Limit: 10, Init: random.Constant(3), IdleExpiry: time.Minute, Schedule: daily(map[int]int{0: 1, 120: after}), HeldStep: 5 * time.Minute,
		}}
		o := run(t, h, workload.NewRecorded(workload.Info{Name: "short", Span: 90 * time.Second}, []workload.Request{{}, {}}))
		if o.Metered.HeldTime != held || o.Metered.HeldRunTime != 200_000 || o.End != 203*time.Second {
			t.Errorf("to %d: held for %d ms and run for %d ms, end at %v, want %d, 200,000 and 203 s",
				after, o.Metered.HeldTime, o.Metered.HeldRunTime, o.End, held)
		}
	}
}
