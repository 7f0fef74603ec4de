package home

import (
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
)

// Cluster is replicas (pods) on nodes.
type Cluster struct {
	// Replicas is the number at the start, and for good without an autoscaler and a schedule.
	Replicas int
	// Autoscaler scales the replicas; nil keeps them fixed, but for the schedule.
	Autoscaler *Autoscaler
	// Schedule bounds the replicas by the time of the week; the traffic starts on a Monday at midnight.
	Schedule []scale.ScheduleEntry
	// ReplicasPerNode is how many pods fit on a node, at least 1.
	ReplicasPerNode int
	// NodeStartUp is from asking for a node until it is ready, in seconds.
	NodeStartUp random.Dist
	// ImagePull is how long a node takes to pull the image the first time.
	ImagePull time.Duration
	// PodStartUp is container start to readiness, weights included, in seconds.
	PodStartUp random.Dist
	// NodeIdle is how long an empty node is kept where no node autoscaler decides.
	NodeIdle time.Duration
	// Queue is what waits before the replicas.
	Queue Queue
	// Nodes is how nodes come and go.
	Nodes Nodes
}

// Least is the least number of replicas that a cluster has.
func (c *Cluster) Least() int {
	least := c.Replicas
	if c.Autoscaler != nil {
		least = c.Autoscaler.Min
	}
	if len(c.Schedule) == 0 {
		return least
	}
	scheduled := c.Schedule[0].Min
	for _, e := range c.Schedule {
		scheduled = min(scheduled, e.Min)
	}
	if c.Autoscaler == nil {
		return scheduled
	}
	return max(least, scheduled)
}

// Check returns an error for a cluster that cannot be run.
func (c *Cluster) Check() error {
	if c.Replicas < 1 || c.ReplicasPerNode < 1 {
		return fmt.Errorf("expected at least 1 replica and 1 replica per node, got %d and %d", c.Replicas, c.ReplicasPerNode)
	}
	if err := c.Nodes.Check(); err != nil {
		return err
	}
	if c.Autoscaler == nil {
		return checkSchedule(c.Schedule, math.MaxInt)
	}
	if err := c.Autoscaler.Check(); err != nil {
		return fmt.Errorf("autoscaler: %w", err)
	}
	return checkSchedule(c.Schedule, c.Autoscaler.Max)
}
