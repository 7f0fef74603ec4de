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

// daily is a schedule of fixed numbers by seconds since midnight.
func daily(counts map[int]int) []scale.ScheduleEntry {
	var entries []scale.ScheduleEntry
	for second, n := range counts {
		entries = append(entries, scale.ScheduleEntry{At: time.Duration(second) * time.Second, Bounds: scale.Bounds{Min: n, Max: n}})
	}
	return entries
}

// TestContainerStarts follows what starts and gives up instances, and what bounds the queue, by hand.
func TestContainerStarts(t *testing.T) {
	type result struct {
		Starts, Cold, Rejected, TimedOut, Shortages int64
		Peak                                        int
		Worst                                       float64 // latency, s
		Instance, Active, Idle                      int64   // ms
	}
	for _, test := range []struct {
		name      string
		container home.Container
		service   float64
		load      workload.Workload
		want      result
	}{
		{
			name:      "a full queue rejects",
			container: home.Container{Max: 1, QueueLength: 1},
			service:   2, load: at(0, 0.1, 0.2, 2.5),
			// The third finds the second waiting; the fourth waits too: the second is served by then.
			want: result{Starts: 1, Cold: 1, Rejected: 1, Shortages: 3, Peak: 1, Worst: 3.9, Instance: 6000, Active: 6000},
		},
		{
			name:      "who has waited for too long makes room in the queue",
			container: home.Container{Max: 1, QueueLength: 1, QueueTimeout: time.Second},
			service:   3, load: at(0, 0.1, 1.5, 2.6),
			want: result{Starts: 1, Cold: 1, Rejected: 0, TimedOut: 2, Shortages: 3, Peak: 1, Worst: 3.4, Instance: 6000, Active: 6000},
		},
		{
			name:      "a start rate of one in 10 s",
			container: home.Container{Max: 5, StartUp: random.Constant(1), Burst: 1, BurstPeriod: 10 * time.Second},
			service:   30, load: at(0, 0, 0),
			// Ready at 1, 11 and 21.
			want: result{Starts: 3, Cold: 3, Peak: 3, Worst: 51, Instance: 90_000, Active: 90_000},
		},
		{
			name:      "what the rate allows later is not started when nobody waits then",
			container: home.Container{Max: 5, StartUp: random.Constant(1), Burst: 1, BurstPeriod: 10 * time.Second},
			service:   2, load: at(0, 0, 0),
			// All three wait for the one start, up to 1.
			want: result{Starts: 1, Cold: 3, Peak: 1, Worst: 7, Instance: 6000, Active: 6000},
		},
		{
			name:      "one start after the other",
			container: home.Container{Max: 2, StartUp: random.Constant(10), StartsAtOnce: 1},
			service:   100, load: at(0, 0, 0),
			// Ready at 10 and 20; then the maximum is reached. All three came before that.
			want: result{Starts: 2, Cold: 3, Peak: 2, Worst: 210, Instance: 300_000, Active: 300_000},
		},
		{
			name:      "a start that is no longer needed is given up",
			container: home.Container{Max: 5, StartUp: random.Constant(10), CancelSurplus: true, BootBilled: true},
			service:   2, load: at(0, 9),
			// The second instance, asked for at 9, is given up at 12, when the first takes the second request.
			want: result{Starts: 2, Cold: 2, Peak: 2, Worst: 12, Instance: 14_000 + 3000, Active: 14_000 + 3000},
		},
		{
			name:      "without that it starts for nothing",
			container: home.Container{Max: 5, StartUp: random.Constant(10), BootBilled: true},
			service:   2, load: at(0, 9),
			want: result{Starts: 2, Cold: 2, Peak: 2, Worst: 12, Instance: 14_000 + 10_000, Active: 14_000 + 10_000},
		},
		{
			name: "a scheduled minimum is started, held and given back",
			container: home.Container{
				Max: 5, StartUp: random.Constant(10), IdleHold: 5 * time.Second, BootBilled: true,
				Schedule: daily(map[int]int{0: 0, 60: 2, 300: 0}),
			},
			service: 2, load: at(70.5),
			want: result{Starts: 2, Peak: 2, Worst: 2, Instance: 2 * 240_000, Active: 2*10_000 + 2000, Idle: 2*230_000 - 2000},
		},
		{
			name: "a smaller scheduled minimum leaves busy instances alone",
			container: home.Container{
				Max: 5, Schedule: daily(map[int]int{0: 2, 60: 1}),
			},
			service: 100, load: at(0, 0),
			// One goes at 100, the other is the minimum; of the two, none is idle before.
			want: result{Peak: 2, Worst: 100, Instance: 100_000 + 1_000_000, Active: 200_000, Idle: 900_000},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := run(t, home.Home{Name: "containers", Service: constant(test.service), Container: &test.container}, test.load)
			got := result{
				o.Starts, o.ColdStarts, o.Rejected, o.TimedOut, o.Shortages, o.PeakLive, o.Latency.Max,
				o.Metered.InstanceTime, o.Metered.ActiveTime, o.Metered.IdleTime,
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLifePastTheSpan: one request keeps its instance to 200 s. Another instance lives for 10 s and is given back at 30 s, in the span
// of 90 s or after one of 20 s, where its life is cut and the minimum of a minute is not charged.
func TestLifePastTheSpan(t *testing.T) {
	for span, want := range map[time.Duration]int64{90 * time.Second: 90_000 + 60_000, 20 * time.Second: 20_000 + 20_000} {
		h := home.Home{Name: "containers", Service: home.Service{Concurrency: 1}, Container: &home.Container{
			Max: 5, IdleHold: 20 * time.Second, Minimum: time.Minute, BootBilled: true,
		}}
		o := run(t, h, workload.NewRecorded(workload.Info{Name: "short", Span: span}, []workload.Request{{Work: 200 * time.Second}, {Work: 10 * time.Second}}))
		if o.Metered.InstanceTime != want {
			t.Errorf("a span of %v has %d ms of instances, want %d", span, o.Metered.InstanceTime, want)
		}
	}
}
