package home

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
)

// Container is several requests per instance.
type Container struct {
	// Min instances are always warm, Max is the most at once.
	Min, Max int
	// StartUp is from asking for an instance until it is ready, in seconds.
	StartUp random.Dist
	// IdleHold is how long an instance without a request is kept.
	IdleHold time.Duration
	// Schedule sets the minimum by the time of the week instead; the traffic starts on a Monday at midnight.
	Schedule []scale.ScheduleEntry
	// Burst and BurstPeriod bound how many instances are started: Burst per BurstPeriod, refilled continuously. Zero is no bound.
	Burst       int
	BurstPeriod time.Duration
	// StartsAtOnce bounds the instances that are starting at the same time; 0 is no bound.
	StartsAtOnce int
	// CancelSurplus gives up a start when fewer requests wait than it was for.
	CancelSurplus bool
	// QueueTimeout is how long a request waits for an instance; 0 is for ever.
	QueueTimeout time.Duration
	// QueueLength is how many requests can wait; one more is rejected. 0 is no bound.
	QueueLength int
	// Step rounds billed time up, Minimum is the least billed for one instance's life.
	Step, Minimum time.Duration
	// BootBilled says that an instance is billed from its request rather than from readiness.
	BootBilled bool
}

// Check returns an error when the home is impossible.
func (c *Container) Check() error {
	switch {
	case c.Max < 1 || c.Min < 0 || c.Min > c.Max:
		return fmt.Errorf("expected at least 1 instance and a minimum up to the maximum, got %d to %d", c.Min, c.Max)
	case c.Burst < 0 || c.Burst > 0 && c.BurstPeriod <= 0:
		return fmt.Errorf("expected a start rate of at least 0 in a period above 0, got %d in %v", c.Burst, c.BurstPeriod)
	case c.StartsAtOnce < 0 || c.QueueLength < 0:
		return fmt.Errorf("expected bounds of starts and of the queue of at least 0, got %d and %d", c.StartsAtOnce, c.QueueLength)
	case c.IdleHold < 0 || c.QueueTimeout < 0:
		return fmt.Errorf("expected a hold and a time-out of the queue of at least 0, got %v and %v", c.IdleHold, c.QueueTimeout)
	}
	return checkSchedule(c.Schedule, c.Max)
}
