package plan

import (
	"fmt"
	"strings"
)

// Short names a candidate's settings in a few words, for a table.
func (c *Candidate) Short() string {
	switch {
	case c.Settings.Cluster != nil && c.Settings.Cluster.Replicas != nil:
		k := c.Settings.Cluster
		if k.Autoscaler != nil {
			return fmt.Sprintf("hpa %d-%d", *k.Replicas, k.Autoscaler.Max)
		}
		return fmt.Sprintf("fixed %d", *k.Replicas)
	case c.Settings.Function != nil && c.Settings.Function.ProvisionedConcurrency != nil:
		text := c.Settings.Function.Memory.String()
		if c.Settings.Function.SnapStart {
			text += " snapstart"
		}
		if n := *c.Settings.Function.ProvisionedConcurrency; n > 0 {
			text += fmt.Sprintf(" provisioned %d", n)
		}
		return text
	case c.Settings.Container != nil && c.Settings.Container.MinInstances != nil:
		k := c.Settings.Container
		return fmt.Sprintf("min %d, concurrency %d", *k.MinInstances, k.Concurrency)
	}
	return c.Variant
}

// ColdShare is the share of requests that waited for a start-up.
func (c *Candidate) ColdShare() float64 { return coldShare(c.Outcome.ColdStarts, c.Outcome.Arrivals) }

// StatusText says whether a candidate is feasible, and if not, what it fails.
func (c *Candidate) StatusText() string {
	if c.Status != Infeasible {
		return string(c.Status)
	}
	var failed []string
	for _, o := range c.Objectives {
		if !o.Met {
			failed = append(failed, o.Objective)
		}
	}
	return "fails " + strings.Join(failed, ", ")
}
