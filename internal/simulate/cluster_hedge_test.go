package simulate

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
)

// hedged is two replicas asked for and one more, each on a spot node of its own; nodes come in 60 s.
func hedged() home.Home {
	return home.Home{
		Name: "hedged", Service: constant(1),
		Cluster: &home.Cluster{
			Replicas: 2, ReplicasPerNode: 1, NodeStartUp: random.Constant(60),
			Nodes: home.Nodes{Spot: &home.Spot{Hedged: true, Extra: 1}},
		},
	}
}

// TestHedge: with one node lost, a spot and an on-demand one come in its place, and the latter goes as the former serves; with
// all three lost there are as many on demand as are asked for, not more.
func TestHedge(t *testing.T) {
	for name, test := range map[string]struct {
		lost     []int32
		onDemand int64 // ms
		peak     int
	}{
		"nothing is lost": {nil, 0, 3},
		"one of three":    {[]int32{0}, 60_000, 4},
		"all three":       {[]int32{0, 1, 2}, 2 * 60_000, 5},
		"two of three":    {[]int32{0, 1}, 2 * 60_000, 5},
	} {
		o := runWith(t, hedged(), at(0, 500), Options{}, func(c *cluster) {
			for _, n := range test.lost {
				lose(c, n, 100*time.Second)
			}
		})
		if o.Metered.OnDemandNodeTime != test.onDemand || o.PeakLive != test.peak {
			t.Errorf("%s: on-demand node-time %d ms and %d replicas at the most, want %d and %d",
				name, o.Metered.OnDemandNodeTime, o.PeakLive, test.onDemand, test.peak)
		}
	}
}

// TestScheduledHedge: the hedge is beside what the schedule asks for from the start.
func TestScheduledHedge(t *testing.T) {
	h := hedged()
	h.Cluster.Schedule = []scale.ScheduleEntry{{Bounds: scale.Bounds{Min: 4, Max: 4}}}
	if o := run(t, h, at(0, 500)); o.PeakLive != 5 || o.Metered.ReplicaTime != 5*1_000_000 {
		t.Errorf("%d replicas at the most for %d ms together, want 5 for 5,000,000", o.PeakLive, o.Metered.ReplicaTime)
	}
}

// TestHedgeBridgesAMarketWithoutCapacity: while spot cannot be had the replicas on demand stay.
func TestHedgeBridgesAMarketWithoutCapacity(t *testing.T) {
	o := runWith(t, hedged(), at(0, 500), Options{}, func(c *cluster) {
		c.market.out, c.market.until = true, int64(700*time.Second)
		c.market.Unavailable, c.market.Available = time.Hour, 1000*time.Hour
		for n := range int32(3) {
			lose(c, n, 100*time.Second)
		}
	})
	// Two from 100 s until spot, which comes at 700 s, serves at 760 s.
	if want := int64(2 * 660_000); o.Metered.OnDemandNodeTime != want || o.Latency.Max != 1 {
		t.Errorf("on-demand node-time %d ms, slowest request %g s, want %d and 1", o.Metered.OnDemandNodeTime, o.Latency.Max, want)
	}
}
