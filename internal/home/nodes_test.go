package home

import (
	"math"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/node"
)

// TestNodesCheck: each is an error.
func TestNodesCheck(t *testing.T) {
	spot := func(change func(*Spot)) Nodes {
		s := Spot{Rate: 1, Notice: time.Minute}
		change(&s)
		return Nodes{Spot: &s}
	}
	cluster := func(change func(*node.ClusterAutoscaler)) Nodes {
		a := node.DefaultClusterAutoscaler()
		change(&a)
		return Nodes{ClusterAutoscaler: &a}
	}
	karpenter := func(change func(*node.Karpenter)) Nodes {
		k := node.DefaultKarpenter()
		change(&k)
		return Nodes{Karpenter: &k}
	}
	for name, n := range map[string]Nodes{
		"negative quota":       {Max: -1},
		"negative spare":       {Spare: -1},
		"losses":               {LossRate: math.NaN()},
		"scan interval":        cluster(func(a *node.ClusterAutoscaler) { a.ScanInterval = 0 }),
		"threshold":            cluster(func(a *node.ClusterAutoscaler) { a.UtilizationThreshold = 2 }),
		"batch":                karpenter(func(k *node.Karpenter) { k.BatchMax = 0 }),
		"budget":               karpenter(func(k *node.Karpenter) { k.Budget = -1 }),
		"rate":                 spot(func(s *Spot) { s.Rate = math.Inf(1) }),
		"notice":               spot(func(s *Spot) { s.Notice = -1 }),
		"unavailable for ever": spot(func(s *Spot) { s.Unavailable = time.Hour }),
		"lost checkpoints":     spot(func(s *Spot) { s.Checkpoint = time.Hour }),
	} {
		if n.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := (Nodes{}).Check(); err != nil {
		t.Error(err)
	}
}

func TestSteady(t *testing.T) {
	cluster, karpenter := node.DefaultClusterAutoscaler(), node.DefaultKarpenter()
	forever := karpenter
	forever.ExpireAfter = 0
	for name, test := range map[string]struct {
		nodes Nodes
		want  bool
	}{
		"at once": {Nodes{}, true}, "Cluster Autoscaler": {Nodes{ClusterAutoscaler: &cluster}, true},
		"Karpenter without expiry": {Nodes{Karpenter: &forever}, true},
		"Karpenter":                {Nodes{Karpenter: &karpenter}, false}, "quota": {Nodes{Max: 1}, false}, "spare": {Nodes{Spare: 1}, false},
		"losses": {Nodes{LossRate: 1}, false}, "spot": {Nodes{Spot: &Spot{}}, false},
	} {
		if got := test.nodes.Steady(); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
