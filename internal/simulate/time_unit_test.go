package simulate

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestTimeUnit: when every time that goes in is k times as long, every count stays, and every time that comes out is k times as
// long. timeless says what is left out. k is a power of two, so that floats grow by it exactly, too, and small enough for the
// longest queue to stay within the 30 days that a histogram holds.
func TestTimeUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom([]int{2, 16}).Draw(t, "k")
		s := anySystem(t)
		timeless(&s)
		w := onGrid(t)
		longer := system{homes: longerTimes(s.homes, k), opt: longerTimes(s.opt, k), base: s.base}
		if s.routing != nil {
			longer.routing = func(n int) route.Router { return s.routing(k * n) }
		}
		want, got := longerTimes(s.outcome(t, w), k), longer.outcome(t, longerWorkload(t, w, k))
		if diff := cmp.Diff(withLongerMeters(want, k), got, timesAgree(k)); diff != "" {
			t.Fatalf("with times %d times as long (-want +got):\n%s", k, diff)
		}
	})
}

// timeless leaves out of a system what the rules know in absolute time, and puts what remains on a grid, so that no time has
// to be rounded to whole nanoseconds or to the milliseconds of the meters:
//   - provisioned environments, minima and replicas that follow a schedule or a target: by the time of the week, and looked at
//     each minute;
//   - the KPA, which samples each second, MArk and LIBRA, which know rates, Cackle, which tries windows of its own, and forecasts,
//     which know days and weeks;
//   - keep-alive by the histogram, which has bins of a minute;
//   - Karpenter, which looks every 10 s and waits for 15 s, whatever its settings;
//   - spot interruptions, outages and losses, whose exponential times are cut to nanoseconds, as is a drawn expiry window;
//   - jitter of retries, and the start rate of containers, for the same reason.
func timeless(s *system) {
	s.opt.Retry.Jitter = 0
	for i := range s.homes {
		h := &s.homes[i]
		if h.Service.Batch != nil {
			h.Service.Batch.Gamma = time.Millisecond
		} else {
			h.Service.Duration = grid{h.Service.Duration}
		}
		switch {
		case h.Cluster != nil:
			c := h.Cluster
			c.NodeStartUp, c.PodStartUp = grid{random.Exponential(60)}, grid{random.Exponential(10)}
			c.Nodes.Karpenter, c.Nodes.Spot, c.Nodes.LossRate, c.Schedule = nil, nil, 0, nil
			if a := c.Autoscaler; a != nil && a.HPA == nil && a.Spock == nil {
				c.Autoscaler = home.NewHPA(max(1, a.Min), a.Max, a.Target)
			}
		case h.Function != nil:
			f := h.Function
			f.Init = grid{f.Init}
			f.IdleExpiryMax, f.IdleHistogram, f.Tracking, f.Schedule = 0, false, nil, nil
		default:
			c := h.Container
			c.StartUp, c.Schedule, c.Burst = grid{c.StartUp}, nil, 0
		}
	}
}

// gridStep is an eighth of a second: a whole number of milliseconds, and exact as a float.
const gridStep = 125 * time.Millisecond

// grid draws times of at least one step that are multiples of it.
type grid struct{ random.Dist }

func (g grid) Sample(r *rand.Rand) float64 { return max(1, math.Round(g.Dist.Sample(r)*8)) / 8 }

// onGrid draws a workload whose times, and moments of a timeline, are on the grid.
func onGrid(t *rapid.T) *workload.Recorded {
	w := anyPriorities(t)
	list := requests(t, w)
	for i := range list {
		list[i].At = list[i].At.Truncate(gridStep)
	}
	info := w.Info()
	info.Span = (info.Span/(8*time.Second) + 1) * 8 * time.Second
	return workload.NewRecorded(info, list)
}

func longerWorkload(t rapid.TB, w *workload.Recorded, k int) workload.Workload {
	info := w.Info()
	info.Span *= time.Duration(k)
	return workload.NewRecorded(info, longerTimes(requests(t, w), k))
}

// longer is a distribution of times that are k times as long.
type longer struct {
	random.Dist
	k float64
}

func (l longer) Sample(r *rand.Rand) float64 { return l.Dist.Sample(r) * l.k }

// longerTimes returns a copy of a value in which every duration, summary of times and distribution is k times as long.
func longerTimes[T any](v T, k int) T {
	return stretched(reflect.ValueOf(&v).Elem(), k).Interface().(T)
}

// stretched copies what it changes: all that is reached by pointers and slices.
func stretched(v reflect.Value, k int) reflect.Value {
	fresh := reflect.New(v.Type()).Elem()
	fresh.Set(v)
	switch x := v.Interface().(type) {
	case time.Duration:
		fresh.SetInt(int64(x) * int64(k))
		return fresh
	case stats.Summary:
		f := float64(k)
		fresh.Set(reflect.ValueOf(stats.Summary{Count: x.Count, Mean: x.Mean * f, P50: x.P50 * f, P95: x.P95 * f, P99: x.P99 * f, Max: x.Max * f}))
		return fresh
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fresh.Field(i).Set(stretched(v.Field(i), k))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fresh = reflect.New(v.Type().Elem())
			fresh.Elem().Set(stretched(v.Elem(), k))
		}
	case reflect.Slice:
		if !v.IsNil() {
			fresh = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			for i := range v.Len() {
				fresh.Index(i).Set(stretched(v.Index(i), k))
			}
		}
	case reflect.Interface:
		if d, ok := v.Interface().(random.Dist); ok {
			fresh.Set(reflect.ValueOf(longer{d, float64(k)}))
		}
	}
	return fresh
}

// withLongerMeters makes the times of an outcome that are plain numbers k times as long.
func withLongerMeters(o Outcome, k int) Outcome {
	o.TimeUnanswered *= float64(k)
	stretch := func(m *home.Metered, n *NodeCounts) {
		for _, ms := range []*int64{
			&m.NodeTime, &m.OnDemandNodeTime, &m.ReplicaTime, &m.InstanceTime, &m.ActiveTime, &m.IdleTime, &m.RunTime, &m.HeldTime, &m.HeldRunTime,
		} {
			*ms *= int64(k)
		}
		n.PendingTime *= int64(k)
	}
	stretch(&o.Metered, &o.Nodes)
	for i := range o.Homes {
		stretch(&o.Homes[i].Metered, &o.Homes[i].Nodes)
	}
	if o.Timeline != nil {
		for _, c := range o.Timeline.Homes {
			for i := range c.Moments {
				stretch(&c.Moments[i].Metered, new(NodeCounts))
			}
		}
	}
	return o
}

// timesAgree compares outcomes: counts and meters exactly, averages as floats, percentiles within the 0.1 % of either histogram.
// A request that waits too long leaves a nanosecond after its time-out, which does not grow with k.
func timesAgree(k int) cmp.Options {
	within := func(a, b, share float64) bool { return math.Abs(a-b) <= share*math.Max(math.Abs(a), math.Abs(b))+1e-5 }
	return cmp.Options{
		cmp.Comparer(func(a, b float64) bool { return within(a, b, 1e-6) }),
		cmp.Comparer(func(a, b time.Duration) bool { return max(a-b, b-a) <= time.Duration(k) }),
		cmp.Comparer(func(a, b stats.Summary) bool {
			return a.Count == b.Count && within(a.Mean, b.Mean, 1e-6) && within(a.Max, b.Max, 1e-6) &&
				within(a.P50, b.P50, 2e-3) && within(a.P95, b.P95, 2e-3) && within(a.P99, b.P99, 2e-3)
		}),
	}
}
