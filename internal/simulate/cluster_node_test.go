package simulate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/node"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// scaled is one replica that an HPA makes two of at 30 s when three requests are inside from 3 s on; a node starts in
// 60 s, pulls the image in 30 s and a pod starts in 10 s.
func scaled(n home.Nodes, perNode int) home.Home {
	hpa := home.NewHPA(1, 2, 1)
	return home.Home{
		Name:    "autoscaled",
		Service: constant(2000),
		Cluster: &home.Cluster{
			Replicas: 1, Autoscaler: hpa, ReplicasPerNode: perNode, Nodes: n,
			NodeStartUp: random.Constant(60), ImagePull: 30 * time.Second, PodStartUp: random.Constant(10),
		},
	}
}

func clusterAutoscaler() home.Nodes {
	a := node.DefaultClusterAutoscaler()
	return home.Nodes{ClusterAutoscaler: &a}
}

func karpenter() home.Nodes {
	k := node.DefaultKarpenter()
	return home.Nodes{Karpenter: &k}
}

// TestNodeScaleUp follows one scale-up at 30 s under every way to get a node.
func TestNodeScaleUp(t *testing.T) {
	spare := home.Nodes{Spare: 1}
	scannedSpare := clusterAutoscaler()
	scannedSpare.Spare = 1
	impatient := clusterAutoscaler()
	impatient.ClusterAutoscaler.ProvisionTimeout = 45 * time.Second
	for name, test := range map[string]struct {
		nodes   home.Nodes
		perNode int
		second  float64 // when the second replica serves
		metered home.Metered
		counts  NodeCounts
	}{
		"at once": {
			home.Nodes{},
			1, 30 + 100,
			home.Metered{NodeTime: 1_000_000 + 970_000, PeakNodes: 2, ReplicaTime: 1_000_000 + 970_000, Requests: 3},
			NodeCounts{},
		},
		"Cluster Autoscaler, at its scan at 40 s": {
			clusterAutoscaler(), 1, 40 + 100,
			home.Metered{NodeTime: 1_000_000 + 960_000, PeakNodes: 2, ReplicaTime: 1_000_000 + 960_000, Requests: 3},
			NodeCounts{PendingTime: 10_000},
		},
		"Karpenter, when its batch closes at 31 s": {
			karpenter(), 1, 31 + 100,
			home.Metered{NodeTime: 1_000_000 + 969_000, PeakNodes: 2, ReplicaTime: 1_000_000 + 969_000, Requests: 3},
			NodeCounts{PendingTime: 1000},
		},
		"room and image on the node": {
			karpenter(), 2, 30 + 10,
			home.Metered{NodeTime: 1_000_000, PeakNodes: 1, ReplicaTime: 1_000_000 + 970_000, Requests: 3},
			NodeCounts{},
		},
		"a spare node is ready without the image, and is replaced": {
			spare, 1, 30 + 30 + 10,
			home.Metered{NodeTime: 2_000_000 + 970_000, PeakNodes: 3, ReplicaTime: 1_000_000 + 970_000, Requests: 3},
			NodeCounts{},
		},
		"a spare node of the Cluster Autoscaler is replaced at its scan": {
			scannedSpare, 1, 30 + 30 + 10,
			home.Metered{NodeTime: 2_000_000 + 960_000, PeakNodes: 3, ReplicaTime: 1_000_000 + 970_000, Requests: 3},
			NodeCounts{},
		},
		// Nodes asked for at 40 s, 100 s and so on are not ready 45 s later, given up at the scan after it and asked for at the next.
		"a node that is given up before it is ready": {
			impatient, 1, 0,
			home.Metered{NodeTime: 1_000_000 + 16*50_000, PeakNodes: 2, ReplicaTime: 1_000_000 + 16*50_000, Requests: 3},
			NodeCounts{PendingTime: 10_000 + 16*10_000},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := run(t, scaled(test.nodes, test.perNode), at(1, 2, 3))
			if diff := cmp.Diff(test.metered, o.Metered); diff != "" {
				t.Errorf("metered (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.counts, o.Nodes); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
			if test.second > 0 {
				near(t, "wait of the second request", o.Wait.P50, test.second-2, 0.001)
			}
		})
	}
}

// TestNodeScaleDown: the second replica serves from 30 s (at once, or on the spare node), 31 s (Karpenter) or 40 s (Cluster
// Autoscaler) for 100 s. The first sync period with one request inside ends at 150 s, and at 165 s with the
// Cluster Autoscaler; the HPA sees it one period later, and then the node is empty.
func TestNodeScaleDown(t *testing.T) {
	for name, test := range map[string]struct {
		nodes home.Nodes
		life  int64 // of the second node, ms
	}{
		"at once":                    {home.Nodes{}, (165 - 30) * 1000},
		"Cluster Autoscaler":         {clusterAutoscaler(), (190 + 600 - 40) * 1000},
		"Karpenter":                  {karpenter(), (170 + 15 - 31) * 1000},
		"the spare one stays":        {home.Nodes{Spare: 1}, 1_000_000 + (165-30)*1000},
		"the spare one of Karpenter": {func() home.Nodes { n := karpenter(); n.Spare = 1; return n }(), (1000-31)*1000 + (170+15)*1000},
	} {
		h := scaled(test.nodes, 1)
		h.Service = constant(100)
		h.Cluster.Autoscaler.HPA.Behavior.Down.Window = 0
		h.Cluster.NodeStartUp, h.Cluster.ImagePull, h.Cluster.PodStartUp = nil, 0, nil
		if o := run(t, h, at(1, 2, 3)); o.Metered.NodeTime != 1_000_000+test.life {
			t.Errorf("%s: node-time %d ms, want %d", name, o.Metered.NodeTime, 1_000_000+test.life)
		}
	}
}

// TestQuota: a replica without a node waits, is counted once, and gets the node that another leaves.
func TestQuota(t *testing.T) {
	for name, nodes := range map[string]home.Nodes{"at once": {}, "Cluster Autoscaler": clusterAutoscaler(), "Karpenter": karpenter()} {
		nodes.Max = 1
		o := run(t, scaled(nodes, 1), at(1, 2, 3))
		if diff := cmp.Diff(NodeCounts{InsufficientCapacity: 1, PendingTime: 970_000}, o.Nodes); diff != "" {
			t.Errorf("%s: counts (-want +got):\n%s", name, diff)
		}
		if o.PeakLive != 2 || o.Metered.PeakNodes != 1 || o.Metered.ReplicaTime != 1_000_000 {
			t.Errorf("%s: %d replicas, %d nodes, %d ms", name, o.PeakLive, o.Metered.PeakNodes, o.Metered.ReplicaTime)
		}
	}
	h := replicas(3, random.Constant(10))
	h.Cluster.Nodes.Max = 2
	o := runWith(t, h, at(0, 0, 0), Options{}, func(c *cluster) { lose(c, 0, 50*time.Second) })
	want := NodeCounts{Losses: 1, InsufficientCapacity: 2, PendingTime: 1_000_000}
	if diff := cmp.Diff(want, o.Nodes); diff != "" {
		t.Errorf("after a loss: counts (-want +got):\n%s", diff)
	}
	if o.Latency.Max != 20 || o.Metered.NodeTime != 2_000_000 {
		t.Errorf("latency %g s, node-time %d ms, want 20 and 2000000", o.Latency.Max, o.Metered.NodeTime)
	}
}

// TestSpareNodes: a spare node takes over at once and is replaced; one that cannot be, for want of quota, is kept when it
// falls empty again.
func TestSpareNodes(t *testing.T) {
	h := replicas(1, random.Constant(10))
	h.Cluster.Nodes.Spare = 1
	o := runWith(t, h, at(0, 60), Options{}, func(c *cluster) { lose(c, 0, 50*time.Second) })
	if o.Latency.Max != 10 || o.Metered.NodeTime != 50_000+1_000_000+950_000 {
		t.Errorf("latency %g s, node-time %d ms, want 10 and 2000000", o.Latency.Max, o.Metered.NodeTime)
	}
	h = scaled(home.Nodes{Spare: 1, Max: 2}, 1)
	h.Service = constant(100)
	var nodes *nodes
	o = runWith(t, h, at(1, 2, 3), Options{}, func(c *cluster) { nodes = &c.nodes })
	if nodes.made != 2 || o.PeakLive != 2 {
		t.Errorf("%d nodes were asked for, %d replicas, want 2 and 2", nodes.made, o.PeakLive)
	}
}

// TestKarpenterPacksCloser: two replicas on two nodes come to stand on one, which serves meanwhile.
func TestKarpenterPacksCloser(t *testing.T) {
	nodes := karpenter()
	nodes.Spread = true
	h := replicas(3, random.Constant(10))
	h.Cluster.ReplicasPerNode, h.Cluster.Nodes = 2, nodes
	h.Cluster.PodStartUp = random.Constant(20)
	// At the start the nodes hold 2 and 1. The first is lost at 100 s: a replica goes to the room on the second,
	// the other to a node that is asked for at 101 s. Nothing can be packed closer, so that both stay.
	o := runWith(t, h, at(0), Options{}, func(c *cluster) { lose(c, 0, 100*time.Second) })
	if want := int64(100_000 + 1_000_000 + 899_000); o.Metered.NodeTime != want {
		t.Errorf("node-time %d ms, want %d", o.Metered.NodeTime, want)
	}
	// With room for 3 a node from the start, the two are packed: planned at 0 s, drained at 15 s.
	o = runWith(t, h, at(0), Options{}, func(c *cluster) { c.nodes.perNode = 3 })
	if want := int64(1_000_000 + 15_000); o.Metered.NodeTime != want || o.PeakLive != 3 {
		t.Errorf("node-time %d ms, %d replicas, want %d and 3", o.Metered.NodeTime, o.PeakLive, want)
	}
}

func TestScheduler(t *testing.T) {
	for name, test := range map[string]struct {
		nodes nodes
		want  int32
	}{
		"the fullest":                  {nodes{perNode: 3}, 1},
		"the emptiest":                 {nodes{perNode: 3, policy: home.Nodes{Spread: true}}, 0},
		"the emptiest, not the spare":  {nodes{perNode: 3, policy: home.Nodes{Spread: true, Spare: 1}}, 3},
		"a ready one before the rest":  {nodes{perNode: 3, readyFirst: true}, 3},
		"the fullest of four per node": {nodes{perNode: 4}, 2},
	} {
		n := test.nodes
		for _, at := range []clusterNode{{readyAt: 9}, {replicas: 2, readyAt: 9}, {replicas: 3}, {replicas: 1}, {replicas: 2, leaving: true}} {
			at.used = true
			n.list = append(n.list, at)
		}
		if got := n.find(5, false); got != test.want {
			t.Errorf("%s: node %d, want %d", name, got, test.want)
		}
	}
}

// TestRefusesImpossibleNodes: an error, not a panic.
func TestRefusesImpossibleNodes(t *testing.T) {
	h := replicas(1, random.Constant(1))
	h.Cluster.Nodes.Max = -1
	if _, err := Run(t.Context(), h, at(0), Options{}); err == nil {
		t.Error("no error")
	}
}

// runWith runs a cluster after a change to it.
func runWith(t testing.TB, h home.Home, w workload.Workload, opt Options, change func(c *cluster)) Outcome {
	t.Helper()
	if err := check(Hybrid{Homes: []home.Home{h}}, opt); err != nil {
		t.Fatal(err)
	}
	stream, err := w.Open()
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(Hybrid{Homes: []home.Home{h}}, w.Info(), opt)
	change(e.homes[0].platform.(*cluster))
	if err := e.run(t.Context(), stream); err != nil {
		t.Fatal(err)
	}
	o := e.outcome()
	if err := o.CheckLaws(); err != nil {
		t.Fatal(err)
	}
	return o
}

// lose makes a node crash at a time, interrupt gives it notice then.
func lose(c *cluster, n int32, at time.Duration) {
	c.nodes.list[n].lostAt = int64(at)
	c.schedules(int64(at), n, nodeLost)
}

func interrupt(c *cluster, n int32, at time.Duration) {
	c.nodes.list[n].noticeAt = int64(at)
	c.schedules(int64(at), n, nodeNotice)
}
