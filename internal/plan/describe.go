package plan

import (
	"fmt"
	"strings"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// Describe names an arrangement in words: on what, where, with which settings.
func (c *Candidate) Describe() string {
	if c.Routing == nil {
		return c.Placement.Describe()
	}
	var homes []string
	for _, p := range c.Parts {
		homes = append(homes, p.Describe())
	}
	return fmt.Sprintf("as a hybrid (%s): %s", describeRouting(c.Routing), strings.Join(homes, "; "))
}

// Describe names a home in words: on what, where, with which settings.
func (p *Placement) Describe() string {
	where := fmt.Sprintf("%s (%s, %s)", p.Offer, p.Region, p.PriceClass)
	switch {
	case p.Settings.Cluster != nil && p.Settings.Cluster.Replicas != nil:
		n := *p.Settings.Cluster.Replicas
		if a := p.Settings.Cluster.Autoscaler; a != nil {
			return fmt.Sprintf("on Kubernetes: %d to %d replicas by %s on %s", leastReplicas(p.Settings.Cluster), a.Max, describeScaler(p.Settings.Cluster), where)
		}
		if len(p.Settings.Cluster.Schedule) > 0 {
			return fmt.Sprintf("on Kubernetes: replicas by the time of the week on %s", where)
		}
		return fmt.Sprintf("on Kubernetes: %s on %s", plural(n, "fixed replica"), where)
	case p.Settings.Function != nil && p.Settings.Function.ProvisionedConcurrency != nil:
		f := p.Settings.Function
		text := fmt.Sprintf("serverless: functions of %s on %s", f.Memory, where)
		if n := *f.ProvisionedConcurrency; n > 0 {
			text += fmt.Sprintf(" with %d provisioned", n)
		}
		if f.SnapStart {
			text += " with SnapStart"
		}
		return text
	case p.Settings.Container != nil && p.Settings.Container.MinInstances != nil:
		k := p.Settings.Container
		return fmt.Sprintf("serverless: %s of %d concurrent requests on %s", describeInstances(k), k.Concurrency, where) + p.describeHold()
	}
	return "on " + where
}

// describeInstances says how many instances there are.
func describeInstances(k *v1alpha1.ContainerHome) string {
	if *k.MinInstances == k.MaxInstances {
		return plural(k.MaxInstances, "instance") + " held"
	}
	return fmt.Sprintf("%d to %d instances", *k.MinInstances, k.MaxInstances)
}

// describeHold says how long idle instances are kept, where that is not what the offer does by itself.
func (p *Placement) describeHold() string {
	k := p.Settings.Container
	if k.IdleHold == nil || *k.IdleHold == p.arrangement.Offer.Billing.IdleHold || *k.MinInstances == k.MaxInstances {
		return ""
	}
	return fmt.Sprintf(", kept idle for %s", *k.IdleHold)
}

// scalerNames are the autoscalers as their makers write them.
var scalerNames = map[string]string{
	"hpa": "HPA", "knative": "Knative", "keda": "KEDA", "predictive": "forecast", "spock": "Spock", "cackle": "Cackle", "mark": "MArk", "libra": "LIBRA",
}

// describeScaler says what decides on replicas, and on what.
func describeScaler(k *v1alpha1.ClusterHome) string {
	a := k.Autoscaler
	text := scalerNames[a.Kind()]
	var metrics []string
	for _, m := range a.Metrics {
		target := m.Target
		if target == 0 {
			target = a.TargetConcurrency
		}
		metrics = append(metrics, fmt.Sprintf("%s %.3g", m.Type, target))
	}
	switch {
	case len(metrics) > 0:
		text += " at " + strings.Join(metrics, ", ")
	case a.MArk != nil:
		text += fmt.Sprintf(" at %s each", a.MArk.Rate)
	case a.LIBRA != nil:
		text += fmt.Sprintf(" at %s each", a.LIBRA.Rate)
	default:
		text += fmt.Sprintf(" at %.3g requests each", a.TargetConcurrency)
	}
	if len(k.Schedule) > 0 {
		text += " and a schedule"
	}
	return text
}

// leastReplicas is that of an autoscaler whose settings are complete.
func leastReplicas(k *v1alpha1.ClusterHome) int {
	if k.Autoscaler.Min != nil {
		return *k.Autoscaler.Min
	}
	return *k.Replicas
}

// describeRouting says in a few words when which home takes a request.
func describeRouting(r *v1alpha1.Routing) string {
	switch o := r.Overflow; {
	case o != nil && o.InFlight > 0:
		return fmt.Sprintf("overflow at %d requests inside the first", o.InFlight)
	case o != nil && o.Waiting > 0:
		return fmt.Sprintf("overflow at %d requests that wait at the first", o.Waiting)
	case o != nil && o.Wait > 0:
		return fmt.Sprintf("overflow at a wait of %s at the first", o.Wait)
	case o != nil:
		return fmt.Sprintf("overflow at %.4g %% of the first's slots", float64(*o.InFlightShare)*100)
	case r.Burst:
		return "the second bridges the first's start-ups"
	case len(r.Weights) > 0:
		return "weights " + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(r.Weights)), " to "), "[]")
	}
	return "by the time of the day"
}

// Short names a candidate's settings in a few words, for a table.
func (c *Candidate) Short() string {
	if c.Routing == nil {
		return c.short(c.Variant)
	}
	var homes []string
	for _, p := range c.Parts {
		homes = append(homes, p.short(""))
	}
	return strings.Join(homes, " + ")
}

// short names a home's settings; what has none of the usual ones is named by its variant.
func (p *Placement) short(variant string) string {
	switch {
	case p.Settings.Cluster != nil && p.Settings.Cluster.Replicas != nil:
		k := p.Settings.Cluster
		if k.Autoscaler != nil {
			return fmt.Sprintf("%s %d-%d", k.Autoscaler.Kind(), leastReplicas(k), k.Autoscaler.Max)
		}
		if len(k.Schedule) > 0 {
			return "schedule"
		}
		return fmt.Sprintf("fixed %d", *k.Replicas)
	case p.Settings.Function != nil && p.Settings.Function.ProvisionedConcurrency != nil:
		text := p.Settings.Function.Memory.String()
		if p.Settings.Function.SnapStart {
			text += " snapstart"
		}
		if n := *p.Settings.Function.ProvisionedConcurrency; n > 0 {
			text += fmt.Sprintf(" provisioned %d", n)
		}
		return text
	case p.Settings.Container != nil && p.Settings.Container.MinInstances != nil:
		k := p.Settings.Container
		if *k.MinInstances == k.MaxInstances {
			return fmt.Sprintf("held %d, concurrency %d", k.MaxInstances, k.Concurrency)
		}
		return fmt.Sprintf("min %d, concurrency %d", *k.MinInstances, k.Concurrency)
	}
	return variant
}

// ColdShare is the share of requests that waited for an instance to start.
func (c *Candidate) ColdShare() float64 { return coldShare(c.Outcome.ColdStarts, c.Outcome.Arrivals) }

// StatusText says whether a candidate is feasible, and if not, what it fails.
func (c *Candidate) StatusText() string {
	switch {
	case c.Status == Feasible && c.Estimate != nil:
		return "feasible on the sample"
	case c.SizedOnly:
		return "feasible as sized"
	}
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
