package home

import (
	"errors"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/node"
)

// Nodes is how the nodes of a cluster come and go. The zero value asks for a
// node as soon as a replica finds no room, without a quota.
type Nodes struct {
	// ClusterAutoscaler or Karpenter decides on nodes; with neither they are immediate.
	ClusterAutoscaler *node.ClusterAutoscaler
	Karpenter         *node.Karpenter
	// Max is the quota; 0 is none. Replicas beyond it stay pending.
	Max int
	// Spare is how many nodes are kept ready and empty. They do not have the image.
	Spare int
	// Spread puts replicas on the emptiest node instead of the fullest.
	Spread bool
	// LossRate is crashes per node-hour, without notice.
	LossRate float64
	// Spot, when set, makes the nodes interruptible.
	Spot *Spot
}

// Spot is interruptible capacity.
type Spot struct {
	// Rate is interruptions per node-hour; the time to one is exponential.
	Rate float64
	// Notice is the time from the provider's notice to the end of the node; 0 gives none.
	Notice time.Duration
	// Base is how many nodes are on demand, which are never interrupted.
	Base int
	// Available and Unavailable are the mean times, both exponential, for which spot
	// capacity can be had and cannot. Without Unavailable it always can.
	Available, Unavailable time.Duration
	// Fallback asks on demand for a node that spot capacity was not there for within FallbackAfter.
	Fallback      bool
	FallbackAfter time.Duration
	// Hedged keeps Extra replicas on spot beyond those asked for, and others on demand in place of those on spot that are not
	// ready: baseline.SpotHedge.
	Hedged bool
	Extra  int
	// Restart starts a request that is broken off again at the home; otherwise it goes back to its caller.
	Restart bool
	// Checkpoint is how often a request that restarts has saved its work; 0 is never.
	Checkpoint time.Duration
}

// Steady reports whether the nodes of a fixed number of replicas never change.
func (n Nodes) Steady() bool {
	return n.Max == 0 && n.Spare == 0 && n.LossRate == 0 && n.Spot == nil && (n.Karpenter == nil || n.Karpenter.ExpireAfter == 0)
}

// Check returns an error for settings that cannot be run.
func (n Nodes) Check() error {
	if n.ClusterAutoscaler != nil && n.Karpenter != nil {
		return errors.New("expected one of the Cluster Autoscaler and Karpenter")
	}
	if n.Max < 0 || n.Spare < 0 || n.Max > 0 && n.Spare >= n.Max {
		return fmt.Errorf("expected a quota of nodes above the spare ones, got %d and %d", n.Max, n.Spare)
	}
	if !(n.LossRate >= 0 && n.LossRate <= maxRate) {
		return fmt.Errorf("expected 0 to %d node losses per node-hour, got %g", maxRate, n.LossRate)
	}
	if a := n.ClusterAutoscaler; a != nil && (a.ScanInterval <= 0 || a.UnneededTime < 0 || a.DelayAfterAdd < 0 || a.ProvisionTimeout <= 0 ||
		!(a.UtilizationThreshold >= 0 && a.UtilizationThreshold <= 1)) {
		return fmt.Errorf("expected a scan interval and a provision time-out above 0 and a threshold from 0 to 1, got %+v", *a)
	}
	if k := n.Karpenter; k != nil && (k.BatchIdle < 0 || k.BatchMax < k.BatchIdle || k.ConsolidateAfter < 0 || k.ExpireAfter < 0 ||
		!(k.Budget >= 0 && k.Budget <= 1)) {
		return fmt.Errorf("expected a longest batch of at least the idle time and a budget from 0 to 1, got %+v", *k)
	}
	if n.Spot != nil && n.Spot.Hedged && (n.ClusterAutoscaler != nil || n.Karpenter != nil) {
		return errors.New("expected no node autoscaler beside a hedge on spot")
	}
	return n.Spot.check()
}

// key describes the nodes completely.
func (n Nodes) key() string {
	key := pointed("cluster autoscaler", n.ClusterAutoscaler) + pointed("karpenter", n.Karpenter) + pointed("spot", n.Spot)
	n.ClusterAutoscaler, n.Karpenter, n.Spot = nil, nil, nil
	return fmt.Sprintf(" nodes %+v", n) + key
}

// maxRate bounds interruptions per node-hour: one each second.
const maxRate = 3600

func (s *Spot) check() error {
	switch {
	case s == nil:
		return nil
	case !(s.Rate >= 0 && s.Rate <= maxRate):
		return fmt.Errorf("expected 0 to %d interruptions per node-hour, got %g", maxRate, s.Rate)
	case s.Notice < 0 || s.Base < 0 || s.Available < 0 || s.Unavailable < 0 || s.FallbackAfter < 0 || s.Checkpoint < 0:
		return fmt.Errorf("expected times and a base of at least 0, got %+v", *s)
	case s.Unavailable > 0 && s.Available == 0:
		return fmt.Errorf("expected a mean time for which spot capacity is available beside the %v for which it is not", s.Unavailable)
	case s.Extra < 0 || s.Hedged && (s.Base > 0 || s.Fallback):
		return fmt.Errorf("expected at least 0 extra replicas on spot, without a base and a fallback, got %+v", *s)
	case s.Checkpoint > 0 && !s.Restart:
		return errors.New("expected no checkpoints where requests that are broken off go back to their callers")
	}
	return nil
}
