package v1alpha1

import (
	"fmt"
	"slices"
	"strings"
)

// validate checks a home by itself and against the constraints of its model.
// Whether the offer exists, and is of the kind whose settings are given, only
// the catalogue knows: plan checks it.
func (h *Home) validate(r *report, path string, c *Constraints) {
	h.validateOffer(r, path, c)
	h.validatePriceClass(r, path, c)
	var kinds []string
	for _, k := range []struct {
		name  string
		given bool
	}{{"cluster", h.Cluster != nil}, {"function", h.Function != nil}, {"container", h.Container != nil}} {
		if k.given {
			kinds = append(kinds, k.name)
		}
	}
	if len(kinds) > 1 {
		r.reject(path, fmt.Sprintf("expected one of cluster, function and container, got %s: keep the one that the offer is", strings.Join(kinds, " and ")))
	}
	least := 0
	if c.MinReplicas != nil {
		least = *c.MinReplicas
	}
	if h.Cluster != nil && h.Cluster.Spot != nil && h.PriceClass != "spot" && (h.PriceClass != "" || !strings.HasSuffix(h.Offer, "*")) {
		r.reject(fieldPath(path, "cluster.spot"), "is only for priceClass spot: set that, or leave spot out", fieldPath(path, "priceClass"))
	}
	if h.Cluster != nil {
		h.Cluster.validate(r, fieldPath(path, "cluster"), least)
	}
	if h.Function != nil {
		h.Function.validate(r, fieldPath(path, "function"), least)
	}
	if h.Container != nil {
		h.Container.validate(r, fieldPath(path, "container"), least)
	}
}

func (h *Home) validateOffer(r *report, path string, c *Constraints) {
	at := fieldPath(path, "offer")
	star := strings.IndexByte(h.Offer, '*')
	if strings.ContainsAny(h.Offer, " \t\n") || star >= 0 && star < len(h.Offer)-1 {
		r.reject(at, fmt.Sprintf("expected a catalogue id such as aws/ec2/g6.xlarge, or a prefix that ends in * such as gcp/*, got %s", quoted(h.Offer)))
		return
	}
	provider, _, found := strings.Cut(h.Offer, "/")
	if found && len(c.Providers) > 0 && !slices.Contains(c.Providers, provider) {
		r.reject(at, fmt.Sprintf("contradicts spec.constraints.providers, which allows %s only: add %s there, or leave this home out", listed(c.Providers), provider), "spec.constraints.providers")
	}
	if h.Region != "" && len(c.Regions) > 0 && !slices.ContainsFunc(c.Regions, func(prefix string) bool { return strings.HasPrefix(h.Region, prefix) }) {
		r.reject(fieldPath(path, "region"), fmt.Sprintf("contradicts spec.constraints.regions, which allows %s only: add %s there, or choose another region", listed(c.Regions), h.Region), "spec.constraints.regions")
	}
}

func (h *Home) validatePriceClass(r *report, path string, c *Constraints) {
	at := fieldPath(path, "priceClass")
	switch h.PriceClass {
	case "spot":
		if !c.Spot {
			r.reject(at, "spot contradicts spec.constraints, which do not allow it: set spec.constraints.spot to true, or choose another price class", "spec.constraints.spot")
		}
	case "1y", "3y":
		if !slices.Contains(c.Commitments, h.PriceClass) {
			r.reject(at, fmt.Sprintf("%s contradicts spec.constraints, which do not allow it: add it to spec.constraints.commitments, or choose another price class", h.PriceClass), "spec.constraints.commitments")
		}
	}
}

const minReplicasPath = "spec.constraints.minReplicas"

// rejectBelow refuses a bound that is below another one. Zero is no bound.
func rejectBelow(r *report, path string, bound, least int, what, whatPath string) {
	if bound > 0 && bound < least {
		r.reject(path, fmt.Sprintf("expected at least %s, %d, got %d", what, least, bound), whatPath)
	}
}

func (c *ClusterHome) validate(r *report, path string, least int) {
	replicas := 0
	if c.Replicas != nil {
		replicas = *c.Replicas
	}
	if c.NodeStartUp != nil {
		c.NodeStartUp.validate(r, fieldPath(path, "nodeStartUp"))
	}
	if c.Nodes != nil {
		c.Nodes.validate(r, fieldPath(path, "nodes"))
	}
	if c.Spot != nil {
		c.Spot.validate(r, fieldPath(path, "spot"), c.Nodes)
	}
	most, mostPath := 0, ""
	if c.Autoscaler == nil {
		rejectBelow(r, fieldPath(path, "replicas"), replicas, least, minReplicasPath, minReplicasPath)
	} else {
		most, mostPath = c.Autoscaler.Max, fieldPath(path, "autoscaler.max")
		c.Autoscaler.validate(r, fieldPath(path, "autoscaler"), replicas, fieldPath(path, "replicas"), least)
	}
	at := fieldPath(path, "schedule")
	validateSchedule(r, at, c.Schedule, most, mostPath)
	if len(c.Schedule) > 0 && c.Autoscaler == nil && mostScheduled(c.Schedule) == 0 {
		r.reject(at, "expected some replicas at some time, got none at any")
	}
}
