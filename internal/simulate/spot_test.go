package simulate

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestInterruptions: a request arrives at 0 s; the only node is given notice, or lost, at 50 s. Its replacement,
// asked for then, serves 100 s later.
func TestInterruptions(t *testing.T) {
	notice := home.Spot{Notice: 30 * time.Second}
	restart := home.Spot{Notice: 30 * time.Second, Restart: true}
	often, seldom := restart, restart
	often.Checkpoint, seldom.Checkpoint = 20*time.Second, 30*time.Second
	broken := NodeCounts{Interruptions: 1, BrokenOff: 1}
	again := Retry{Attempts: 1, Backoff: 10 * time.Second}
	for name, test := range map[string]struct {
		spot    home.Spot
		service float64
		retry   Retry
		latency float64 // 0 is rejected
		first   int64   // life of the first node, s
		counts  NodeCounts
	}{
		"done within the notice":                {notice, 70, Retry{}, 70, 70, NodeCounts{Interruptions: 1}},
		"done as the notice ends":               {notice, 80, Retry{}, 80, 80, NodeCounts{Interruptions: 1}},
		"broken off":                            {notice, 100, Retry{}, 0, 80, broken},
		"broken off without notice":             {home.Spot{}, 100, Retry{}, 0, 50, broken},
		"broken off and sent again":             {notice, 100, again, 150 + 100, 80, broken},
		"started again":                         {restart, 100, Retry{}, 150 + 100, 80, broken},
		"started again at the last checkpoint":  {often, 100, Retry{}, 150 + 20, 80, broken},
		"started again at one that is 20 s old": {seldom, 100, Retry{}, 150 + 40, 80, broken},
		"idle":                                  {notice, 10, Retry{}, 10, 50, NodeCounts{Interruptions: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			h := scaled(home.Nodes{Spot: &test.spot}, 1)
			h.Service, h.Cluster.Autoscaler = constant(test.service), nil
			var nodes *nodes
			o := runWith(t, h, at(0), Options{Retry: test.retry}, func(c *cluster) {
				interrupt(c, 0, 50*time.Second)
				nodes = &c.nodes
			})
			if nodes.made != 2 {
				t.Errorf("%d nodes were asked for, want one and its replacement", nodes.made)
			}
			if diff := cmp.Diff(test.counts, o.Nodes); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
			if o.Latency.Max != test.latency || (o.Rejected == 1) != (test.latency == 0) {
				t.Errorf("latency %g s, %d rejected, want %g", o.Latency.Max, o.Rejected, test.latency)
			}
			if want := (test.first + 950) * 1000; o.Metered.NodeTime != want {
				t.Errorf("node-time %d ms, want %d", o.Metered.NodeTime, want)
			}
		})
	}
}

// TestBaseAndFallback: of two nodes one is on demand. The other is taken back at 50 s, when no spot capacity is
// to be had before 200 s.
func TestBaseAndFallback(t *testing.T) {
	for name, test := range map[string]struct {
		spot           home.Spot
		spotS, demandS int64
		pending        int64
	}{
		"waits for spot":              {home.Spot{Base: 1}, 50 + 800, 1000, 150},
		"falls back at once":          {home.Spot{Base: 1, Fallback: true}, 50, 1000 + 950, 0},
		"falls back after a minute":   {home.Spot{Base: 1, Fallback: true, FallbackAfter: time.Minute}, 50, 1000 + 890, 60},
		"spot comes before that":      {home.Spot{Base: 1, Fallback: true, FallbackAfter: 5 * time.Minute}, 50 + 800, 1000, 150},
		"on demand without spot":      {home.Spot{Base: 2}, 0, 2000, 0},
		"spot only waits, both go on": {home.Spot{}, 1000 + 50 + 800, 0, 150},
	} {
		t.Run(name, func(t *testing.T) {
			h := replicas(2, random.Constant(1))
			h.Cluster.Nodes.Spot = &test.spot
			o := runWith(t, h, at(0), Options{}, func(c *cluster) {
				c.market.out, c.market.until, c.market.Available = true, int64(200*time.Second), 1000*time.Hour
				if test.spot.Base < 2 {
					interrupt(c, 1, 50*time.Second)
				}
			})
			want := home.Metered{
				NodeTime: test.spotS * 1000, OnDemandNodeTime: test.demandS * 1000, PeakNodes: 2,
				ReplicaTime: (2000 - test.pending) * 1000, Requests: 1,
			}
			if diff := cmp.Diff(want, o.Metered); diff != "" {
				t.Errorf("metered (-want +got):\n%s", diff)
			}
			if o.Nodes.PendingTime != test.pending*1000 {
				t.Errorf("pending for %d ms, want %d s", o.Nodes.PendingTime, test.pending)
			}
		})
	}
}

// TestInterruptedBatch: of a batch of two with a third waiting in the replica all are broken off, and come back.
func TestInterruptedBatch(t *testing.T) {
	h := replicas(1, nil)
	h.Service = home.Service{Concurrency: 2, Batch: &home.Batch{Alpha: time.Second, Max: 2, MaxWaiting: 4}}
	h.Cluster.Nodes.Spot = &home.Spot{Restart: true}
	load := workload.NewRecorded(workload.Info{Span: 1000 * time.Second}, []workload.Request{{Output: 100}, {Output: 100}, {Output: 10}})
	o := runWith(t, h, load, Options{}, func(c *cluster) { interrupt(c, 0, 50*time.Second) })
	if o.Served != 3 || o.Nodes.BrokenOff != 3 || o.End != 160*time.Second {
		t.Errorf("%d served, %d broken off, end %v, want 3, 3 and 50+100+10 s", o.Served, o.Nodes.BrokenOff, o.End)
	}
	// 50 and, admitted an iteration later, 49 tokens were run, then all 210, at half a second of the replica each.
	near(t, "utilisation", o.Utilisation, (50+49+210)*0.5/1000, 1e-9)
}

// TestOutages: spot capacity is there for its share of the time.
func TestOutages(t *testing.T) {
	m := newMarket(home.Spot{Available: 3 * time.Hour, Unavailable: time.Hour}, 7, 0)
	there, n := 0, 200_000
	for i := range n {
		if now := int64(i) * int64(time.Hour); m.at(now) == now {
			there++
		}
	}
	near(t, "share of the time", float64(there)/float64(n), 0.75, 0.01)
}

// TestNumberOfInterruptions: rate x node-hours, within three standard deviations of a Poisson number; of losses too.
func TestNumberOfInterruptions(t *testing.T) {
	h := replicas(20, random.Constant(1))
	h.Cluster.Nodes = home.Nodes{LossRate: 0.25, Spot: &home.Spot{Rate: 1, Notice: 2 * time.Minute}}
	o := run(t, h, workload.NewRecorded(workload.Info{Span: 1000 * time.Hour}, []workload.Request{{}}))
	hours := float64(o.Metered.NodeTime) / 3.6e6
	for what, n := range map[string][2]float64{
		"interruptions": {float64(o.Nodes.Interruptions), 1}, "losses": {float64(o.Nodes.Losses), 0.25},
	} {
		if want := n[1] * hours; math.Abs(n[0]-want) > 3*math.Sqrt(want) {
			t.Errorf("%g %s in %g node-hours, want about %g", n[0], what, hours, want)
		}
	}
}

// TestNoInterruptionsChangeNothing: on spot that is never taken back everything is as on demand, byte for byte.
func TestNoInterruptionsChangeNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, w := anyHome(t), anyWorkload(t)
		if h.Cluster == nil {
			t.Skip("no nodes")
		}
		h.Cluster.Nodes.LossRate, h.Cluster.Nodes.Spot = 0, nil
		var out [2]string
		for i := range out {
			o, err := Run(t.Context(), h, w, Options{Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(o)
			if err != nil {
				t.Fatal(err)
			}
			out[i] = string(data)
			h.Cluster.Nodes.Spot = &home.Spot{Notice: time.Minute, Restart: true}
		}
		if out[0] != out[1] {
			t.Fatalf("two runs differ:\n%s\n%s", out[0], out[1])
		}
	})
}

// TestLawsUnderInterruptions: nothing is lost when nodes go, whatever callers do (in Run), and meters agree.
func TestLawsUnderInterruptions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, w := anyHome(t), anyWorkload(t)
		if h.Cluster == nil {
			t.Skip("no nodes")
		}
		h.Cluster.Nodes.LossRate = 60
		opt := Options{Seed: 5, Timeline: 7, Retry: Retry{Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"), Backoff: time.Second}}
		if rapid.Bool().Draw(t, "timeout") {
			opt.Timeout, opt.Cancel = 20*time.Second, rapid.Bool().Draw(t, "cancel")
		}
		o, err := Run(t.Context(), h, w, opt)
		if err != nil {
			t.Fatal(err)
		}
		checkClusterMeters(t, h.Cluster, o)
	})
}

// TestLostSpareNodeIsReplaced: node 1 is empty when it goes; another takes its place at once, with the autoscaler at its scan at 50 s.
func TestLostSpareNodeIsReplaced(t *testing.T) {
	for name, nodes := range map[string]home.Nodes{"at once": {}, "Cluster Autoscaler": clusterAutoscaler()} {
		for what, goes := range map[string]func(*cluster, int32, time.Duration){"lost": lose, "interrupted": interrupt} {
			h := replicas(1, random.Constant(10))
			h.Cluster.Nodes = nodes
			h.Cluster.Nodes.Spare, h.Cluster.Nodes.Spot = 1, &home.Spot{Notice: time.Minute}
			o := runWith(t, h, at(0), Options{}, func(c *cluster) { goes(c, 1, 50*time.Second) })
			if o.Metered.NodeTime != 2_000_000 || o.Metered.PeakNodes != 2 {
				t.Errorf("%s, %s: %d nodes at the most, for %d ms, want 2 for 2,000,000", name, what, o.Metered.PeakNodes, o.Metered.NodeTime)
			}
		}
	}
}
