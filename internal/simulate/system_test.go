package simulate

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/route"
	"fulcrum.dev/fulcrum/internal/workload"
)

// system is everything of a run but its workload.
type system struct {
	homes   []home.Home
	routing routing // nil for one home
	base    bool
	opt     Options
}

// anySystem draws one home or two behind a router, callers who do anything, and perhaps a timeline.
func anySystem(t *rapid.T) system {
	s := system{homes: []home.Home{anyHome(t)}, opt: anyCallers(t)}
	if rapid.Bool().Draw(t, "hybrid") {
		s.homes, s.routing, s.base = append(s.homes, anyHome(t)), anyRouting(t), rapid.Bool().Draw(t, "base")
	}
	s.opt.Timeline = rapid.SampledFrom([]int{0, 8}).Draw(t, "timeline")
	return s
}

// run replays a workload.
func (s system) run(w workload.Workload) (Outcome, error) {
	h := Hybrid{Homes: s.homes, Base: s.base}
	if s.routing != nil {
		h.Router = s.routing(1)
	}
	return RunHybrid(context.Background(), h, w, s.opt)
}

// outcome replays a workload and returns what comes out.
func (s system) outcome(t rapid.TB, w workload.Workload) Outcome {
	t.Helper()
	o, err := s.run(w)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// bytes is the whole outcome as text.
func (s system) bytes(t rapid.TB, w workload.Workload) string { return bytesOf(t, s.outcome(t, w)) }

func bytesOf(t rapid.TB, o Outcome) string {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// routing makes a router, whose times are k times as long; each run needs one of its own, because routers remember.
type routing func(k int) route.Router

// anyRouter draws a router over two homes.
func anyRouter(t *rapid.T) route.Router { return anyRouting(t)(1) }

// anyRouting draws how requests are routed between two homes.
func anyRouting(t *rapid.T) routing {
	made := func(r route.Router, err error) route.Router {
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	switch rapid.SampledFrom([]string{"overflow", "weights", "burst", "admission"}).Draw(t, "router") {
	case "overflow":
		rule := anyOverflow(t)
		return func(k int) route.Router {
			longer := rule
			at := &longer.Saturation
			at.MinTime *= time.Duration(k)
			if at.Signal == route.PredictedWait {
				at.Enter, at.Leave = at.Enter*float64(k), at.Leave*float64(k)
			}
			return made(route.NewBaseOverflow(longer))
		}
	case "weights":
		weights := []int{rapid.IntRange(1, 9).Draw(t, "first"), rapid.IntRange(0, 9).Draw(t, "second")}
		return func(int) route.Router { return made(route.NewWeights(slices.Clone(weights))) }
	case "admission":
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		return func(int) route.Router { return made(route.NewAdmission(limit, new(route.Burst))) }
	}
	return func(int) route.Router { return new(route.Burst) }
}

func anyOverflow(t *rapid.T) route.OverflowRule {
	enter := rapid.Float64Range(0.2, 3).Draw(t, "enter")
	rule := route.OverflowRule{Saturation: route.Saturation{
		Signal: route.Signal(rapid.IntRange(0, 3).Draw(t, "signal")), Enter: enter, Leave: enter / 2,
		MinTime: time.Duration(rapid.IntRange(0, 30).Draw(t, "minTime")) * time.Second,
	}}
	if rapid.Bool().Draw(t, "refuse") {
		rule.Fallback = route.RefuseRequest
	}
	return rule
}

// anyRecord draws a workload of two priorities in memory, with arrivals at any time or several at whole seconds. Those at one
// instant ask for the same where alike says so.
func anyRecord(t *rapid.T, alike bool) *workload.Recorded {
	w := anyPriorities(t)
	list, err := workload.ReadAll(w)
	if err != nil {
		t.Fatal(err)
	}
	step := rapid.SampledFrom([]time.Duration{1, time.Second, 5 * time.Second}).Draw(t, "step")
	for i := range list {
		list[i].At = list[i].At / step * step
		if alike && i > 0 && list[i].At == list[i-1].At {
			list[i] = list[i-1]
		}
	}
	return workload.NewRecorded(w.Info(), list)
}

// requests are all requests of a workload.
func requests(t rapid.TB, w workload.Workload) []workload.Request {
	t.Helper()
	list, err := workload.ReadAll(w)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestSystemsDrawnReachEveryPart: what the laws rest on is there in the systems that they draw.
func TestSystemsDrawnReachEveryPart(t *testing.T) {
	seen := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		s := anySystem(t)
		o := s.outcome(t, anyRecord(t, false))
		for _, h := range s.homes {
			seen["cluster"] = seen["cluster"] || h.Cluster != nil
			seen["function"] = seen["function"] || h.Function != nil
			seen["container"] = seen["container"] || h.Container != nil
			seen["batch"] = seen["batch"] || h.Service.Batch != nil
		}
		for name, there := range map[string]bool{
			"hybrid": len(o.Homes) > 1, "timeline": o.Timeline != nil, "retries": o.Retries > 0, "rejected": o.Rejected > 0,
			"timed out": o.TimedOut > 0, "cold": o.ColdStarts > 0, "priorities": len(o.Priorities) > 1, "shortages": o.Shortages > 0,
		} {
			seen[name] = seen[name] || there
		}
	})
	for _, name := range []string{
		"cluster", "function", "container", "batch", "hybrid", "timeline", "retries", "rejected", "timed out", "cold", "priorities", "shortages",
	} {
		if !seen[name] {
			t.Errorf("no system drawn has %s", name)
		}
	}
}
