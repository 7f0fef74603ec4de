package node

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// ready is nodes with so many pods each, ready and unchanged since the start.
func ready(pods ...int) []View {
	var list []View
	for i, n := range pods {
		list = append(list, View{ID: i, Pods: n, Ready: true})
	}
	return list
}

func TestMissing(t *testing.T) {
	leaving := ready(0, 1)
	leaving[0].Leaving, leaving[1].Leaving = true, true
	for name, test := range map[string]struct {
		pool Pool
		want int
	}{
		"nothing":                        {Pool{PerNode: 4}, 0},
		"one pod, no node":               {Pool{PerNode: 4, Pending: 1}, 1},
		"five pods":                      {Pool{PerNode: 4, Pending: 5}, 2},
		"room on a node":                 {Pool{Nodes: ready(2), PerNode: 4, Pending: 2}, 0},
		"room for some":                  {Pool{Nodes: ready(2), PerNode: 4, Pending: 3}, 1},
		"an empty node":                  {Pool{Nodes: ready(0), PerNode: 4, Pending: 3}, 0},
		"nodes that leave take none":     {Pool{Nodes: leaving, PerNode: 4, Pending: 1}, 1},
		"a spare node":                   {Pool{Nodes: ready(4), PerNode: 4, Spare: 1}, 1},
		"a spare node that is there":     {Pool{Nodes: ready(4, 0), PerNode: 4, Spare: 1}, 0},
		"a spare node that will be used": {Pool{Nodes: ready(4, 0), PerNode: 4, Pending: 1, Spare: 1}, 1},
	} {
		if got := test.pool.Missing(); got != test.want {
			t.Errorf("%s: %d nodes, want %d", name, got, test.want)
		}
	}
}

// scan runs the Cluster Autoscaler on a pool that does not change, and returns when which node first goes.
func scan(a ClusterAutoscaler, p Pool, from, until time.Duration) (time.Duration, []int) {
	var state ClusterAutoscalerState
	for now := from; now <= until; {
		d := a.Decide(&state, p, now)
		if len(d.Remove) > 0 {
			return now, d.Remove
		}
		now = d.Next
	}
	return 0, nil
}

func TestClusterAutoscalerRemoves(t *testing.T) {
	starting := ready(4, 0)
	starting[1].Ready = false
	draining := ready(1, 1, 2)
	draining[0].Leaving = true
	for name, test := range map[string]struct {
		pool Pool
		at   time.Duration
		want []int
	}{
		"an empty node after 10 min":              {Pool{Nodes: ready(4, 0), PerNode: 4}, 10 * time.Minute, []int{1}},
		"none that is half full":                  {Pool{Nodes: ready(2, 2), PerNode: 4}, 0, nil},
		"one below half whose pods fit elsewhere": {Pool{Nodes: ready(3, 1), PerNode: 4}, 10 * time.Minute, []int{1}},
		"none whose pods do not fit":              {Pool{Nodes: ready(4, 1), PerNode: 4}, 0, nil},
		"one with pods at a time":                 {Pool{Nodes: ready(1, 1, 1, 1), PerNode: 4}, 10 * time.Minute, []int{0}},
		"empty ones together":                     {Pool{Nodes: ready(0, 4, 0), PerNode: 4}, 10 * time.Minute, []int{0, 2}},
		"not the spare one":                       {Pool{Nodes: ready(0, 4, 0), PerNode: 4, Spare: 1}, 10 * time.Minute, []int{0}},
		"one that does not get ready":             {Pool{Nodes: starting, PerNode: 4}, 15*time.Minute + 10*time.Second, []int{1}},
		"none while another is drained":           {Pool{Nodes: draining, PerNode: 4}, 0, nil},
	} {
		at, got := scan(DefaultClusterAutoscaler(), test.pool, 0, time.Hour)
		if at != test.at || !slices.Equal(got, test.want) {
			t.Errorf("%s: %v go at %v, want %v at %v", name, got, at, test.want, test.at)
		}
	}
}

// TestClusterAutoscalerWaitsAfterAdding: none goes for 10 min after a node was added, however long it is unneeded.
func TestClusterAutoscalerWaitsAfterAdding(t *testing.T) {
	a := DefaultClusterAutoscaler()
	a.UnneededTime = time.Minute
	var state ClusterAutoscalerState
	if d := a.Decide(&state, Pool{PerNode: 1, Pending: 3, Max: 2}, 0); d.Add != 2 || d.Next != 10*time.Second {
		t.Fatalf("%+v, want 2 nodes, which is the quota", d)
	}
	if d := a.Decide(&state, Pool{PerNode: 1, Pending: 3}, 5*time.Second); d.Add != 0 || d.Next != 10*time.Second {
		t.Fatalf("%+v between two scans", d)
	}
	for now := 10 * time.Second; now < 20*time.Minute; now += a.ScanInterval {
		if d := a.Decide(&state, Pool{Nodes: ready(0), PerNode: 1}, now); len(d.Remove) > 0 {
			if now != 10*time.Minute {
				t.Errorf("the node goes at %v, want 10 min after the last was added", now)
			}
			return
		}
	}
	t.Error("the node never goes")
}

func TestKarpenterBatches(t *testing.T) {
	k := DefaultKarpenter()
	for name, test := range map[string]struct {
		at   []time.Duration // when a pod becomes pending
		want time.Duration   // when nodes are asked for
	}{
		"one pod":                      {[]time.Duration{3 * time.Second}, 4 * time.Second},
		"two within a second":          {[]time.Duration{3 * time.Second, 3500 * time.Millisecond}, 4500 * time.Millisecond},
		"two, one in each batch":       {[]time.Duration{3 * time.Second, 6 * time.Second}, 4 * time.Second},
		"so many that it stays open":   {every(500*time.Millisecond, 30), 10 * time.Second},
		"so many that it closes early": {every(1500*time.Millisecond, 5), time.Second},
	} {
		var state KarpenterState
		pods, next := 0, test.at[0]
		for {
			for pods < len(test.at) && test.at[pods] <= next {
				pods++
			}
			d := k.Decide(&state, Pool{PerNode: 1, Pending: pods}, next)
			if d.Add > 0 {
				if next != test.want || d.Add != pods {
					t.Errorf("%s: %d nodes at %v, want %d at %v", name, d.Add, next, pods, test.want)
				}
				break
			}
			if next = d.Next; pods < len(test.at) {
				next = min(next, test.at[pods])
			}
		}
	}
}

func every(step time.Duration, n int) []time.Duration {
	var list []time.Duration
	for i := range n {
		list = append(list, time.Duration(i)*step)
	}
	return list
}

func TestKarpenterRemoves(t *testing.T) {
	changed := ready(4, 0)
	changed[1].Changed = 5 * time.Second
	for name, test := range map[string]struct {
		karpenter func(*Karpenter)
		pool      Pool
		at        time.Duration
		want      []int
	}{
		"an empty node, after validation":    {nil, Pool{Nodes: ready(4, 0), PerNode: 4}, 15 * time.Second, []int{1}},
		"one tenth of the nodes, rounded up": {nil, Pool{Nodes: ready(0, 0, 4, 4, 4, 4, 4, 4, 4, 4, 4), PerNode: 4}, 15 * time.Second, []int{0, 1}},
		"the least occupied that fits":       {nil, Pool{Nodes: ready(3, 1), PerNode: 4}, 15 * time.Second, []int{1}},
		"none that is full":                  {nil, Pool{Nodes: ready(4, 4), PerNode: 4}, 0, nil},
		"only empty ones":                    {func(k *Karpenter) { k.OnlyEmpty = true }, Pool{Nodes: ready(3, 1), PerNode: 4}, 0, nil},
		"without a budget none":              {func(k *Karpenter) { k.Budget = 0 }, Pool{Nodes: ready(4, 0), PerNode: 4}, 0, nil},
		"not the spare one":                  {nil, Pool{Nodes: ready(4, 0), PerNode: 4, Spare: 1}, 0, nil},
		"after a quiet minute": {
			func(k *Karpenter) { k.ConsolidateAfter = time.Minute },
			Pool{Nodes: changed, PerNode: 4},
			70*time.Second + 15*time.Second,
			[]int{1},
		},
		"an old one, at any budget": {
			func(k *Karpenter) { k.Budget, k.ExpireAfter = 0, time.Minute },
			Pool{Nodes: ready(4, 4), PerNode: 4},
			time.Minute,
			[]int{0, 1},
		},
	} {
		k := DefaultKarpenter()
		if test.karpenter != nil {
			test.karpenter(&k)
		}
		var state KarpenterState
		var at time.Duration
		var got []int
		for now := time.Duration(0); now < 10*time.Minute && got == nil; {
			d := k.Decide(&state, test.pool, now)
			at, got, now = now, d.Remove, d.Next
		}
		if got == nil {
			at = 0
		}
		if at != test.at || !slices.Equal(got, test.want) {
			t.Errorf("%s: %v go at %v, want %v at %v", name, got, at, test.want, test.at)
		}
	}
}

// TestKarpenterDropsAPlanThatNoLongerHolds: a pod comes to the empty node while the plan is validated.
func TestKarpenterDropsAPlanThatNoLongerHolds(t *testing.T) {
	k := DefaultKarpenter()
	var state KarpenterState
	k.Decide(&state, Pool{Nodes: ready(4, 0), PerNode: 4}, 0)
	if d := k.Decide(&state, Pool{Nodes: ready(4, 4), PerNode: 4}, 15*time.Second); len(d.Remove) > 0 || d.Next != 25*time.Second {
		t.Errorf("%+v, want nothing and the next look after 10 s", d)
	}
}

// TestNodeDecisionsAreSafe: whatever the pool, the quota holds, nodes are removed once, the pods of those
// that go fit on the rest, spare nodes stay, and time moves on.
func TestNodeDecisionsAreSafe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Pool{PerNode: rapid.IntRange(1, 5).Draw(t, "perNode"), Spare: rapid.IntRange(0, 3).Draw(t, "spare")}
		for i := range rapid.IntRange(0, 12).Draw(t, "nodes") {
			p.Nodes = append(p.Nodes, View{
				ID: i, Pods: rapid.IntRange(0, p.PerNode).Draw(t, "pods"),
				Ready: rapid.IntRange(0, 9).Draw(t, "ready") > 0, Leaving: rapid.IntRange(0, 9).Draw(t, "leaving") == 0,
			})
		}
		p.Max = len(p.Nodes) + rapid.IntRange(0, 3).Draw(t, "max")
		p.Pending = rapid.SampledFrom([]int{0, 0, 7}).Draw(t, "pending")
		a, k := DefaultClusterAutoscaler(), DefaultKarpenter()
		a.UnneededTime, a.ProvisionTimeout = 0, time.Hour
		var as ClusterAutoscalerState
		var ks KarpenterState
		for now := time.Duration(0); now < time.Minute; now += time.Second {
			for _, d := range []Decision{a.Decide(&as, p, now), k.Decide(&ks, p, now)} {
				checkDecision(t, p, d, now)
			}
		}
	})
}

func checkDecision(t *rapid.T, p Pool, d Decision, now time.Duration) {
	if d.Next <= now {
		t.Fatalf("at %v: next at %v", now, d.Next)
	}
	if p.Max > 0 && d.Add > 0 && len(p.Nodes)+d.Add > p.Max {
		t.Fatalf("%d nodes on top of %d, the quota is %d", d.Add, len(p.Nodes), p.Max)
	}
	moved, room, empty := 0, 0, 0
	for i, n := range p.Nodes {
		goes := slices.Contains(d.Remove, i)
		switch {
		case goes && n.Leaving:
			t.Fatalf("node %d goes twice", i)
		case goes:
			moved += n.Pods
		case n.Leaving || !n.Ready:
		case n.Pods == 0:
			empty++
		default:
			room += p.PerNode - n.Pods
		}
	}
	if len(d.Remove) > 0 && (moved > room || empty < p.Spare && anyEmpty(p, d.Remove)) {
		t.Fatalf("%v go: %d pods to move, room for %d, %d of %d spare nodes left", d.Remove, moved, room, empty, p.Spare)
	}
	if !slices.IsSorted(d.Remove) || len(slices.Compact(slices.Clone(d.Remove))) != len(d.Remove) {
		t.Fatalf("%v is not ascending", d.Remove)
	}
}

func anyEmpty(p Pool, nodes []int) bool {
	return slices.ContainsFunc(nodes, func(i int) bool { return p.Nodes[i].Pods == 0 })
}
