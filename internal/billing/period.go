package billing

import (
	"time"

	"fulcrum.dev/fulcrum/internal/catalog"
)

// period turns what was used in a time, and what a cluster costs a month, into what is billed.
type period interface {
	// length is the time in which the usage was metered.
	length() time.Duration
	usage(catalog.Usage) (catalog.Usage, error)
	cluster(catalog.ClusterCost) (catalog.ClusterCost, error)
}

// month bills 730 h of the use in a span.
type month struct{ span time.Duration }

func (m month) length() time.Duration { return m.span }

func (m month) usage(u catalog.Usage) (catalog.Usage, error) { return catalog.MonthlyUsage(u, m.span) }

func (m month) cluster(c catalog.ClusterCost) (catalog.ClusterCost, error) { return c, nil }

// soFar bills the time that has passed.
type soFar struct{ elapsed time.Duration }

func (s soFar) length() time.Duration { return s.elapsed }

func (s soFar) usage(u catalog.Usage) (catalog.Usage, error) { return u, nil }

func (s soFar) cluster(c catalog.ClusterCost) (catalog.ClusterCost, error) { return c.Until(s.elapsed) }
