package modelfile

import (
	"fmt"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// validateHome checks a home by itself and against the constraints of its model.
// Whether the offer exists, and is of the kind whose settings are given, only
// the catalogue knows: plan checks it.
func validateHome(h *v1alpha1.Home, r *strictyaml.Report, path string, c *v1alpha1.Constraints) {
	validateOffer(h, r, path, c)
	validatePriceClass(h, r, path, c)
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
		r.Reject(path, fmt.Sprintf("expected one of cluster, function and container, got %s: keep the one that the offer is", strings.Join(kinds, " and ")))
	}
	least := 0
	if c.MinReplicas != nil {
		least = *c.MinReplicas
	}
	if h.Cluster != nil && h.Cluster.Spot != nil && h.PriceClass != "spot" && (h.PriceClass != "" || !strings.HasSuffix(h.Offer, "*")) {
		r.Reject(strictyaml.FieldPath(path, "cluster.spot"), "is only for priceClass spot: set that, or leave spot out", strictyaml.FieldPath(path, "priceClass"))
	}
	if h.Cluster != nil {
		validateCluster(h.Cluster, r, strictyaml.FieldPath(path, "cluster"), least)
	}
	if h.Function != nil {
		validateFunction(h.Function, r, strictyaml.FieldPath(path, "function"), least)
	}
	if h.Container != nil {
		validateContainer(h.Container, r, strictyaml.FieldPath(path, "container"), least)
	}
}

func validateOffer(h *v1alpha1.Home, r *strictyaml.Report, path string, c *v1alpha1.Constraints) {
	at := strictyaml.FieldPath(path, "offer")
	star := strings.IndexByte(h.Offer, '*')
	if strings.ContainsAny(h.Offer, " \t\n") || star >= 0 && star < len(h.Offer)-1 {
		r.Reject(at, fmt.Sprintf("expected a catalogue id such as aws/ec2/g6.xlarge, or a prefix that ends in * such as gcp/*, got %s", strictyaml.Quoted(h.Offer)))
		return
	}
	provider, _, found := strings.Cut(h.Offer, "/")
	if found && len(c.Providers) > 0 && !slices.Contains(c.Providers, provider) {
		r.Reject(at, fmt.Sprintf("contradicts spec.constraints.providers, which allows %s only: add %s there, or leave this home out", listed(c.Providers), provider), "spec.constraints.providers")
	}
	if h.Region != "" && len(c.Regions) > 0 && !slices.ContainsFunc(c.Regions, func(prefix string) bool { return strings.HasPrefix(h.Region, prefix) }) {
		r.Reject(strictyaml.FieldPath(path, "region"), fmt.Sprintf("contradicts spec.constraints.regions, which allows %s only: add %s there, or choose another region", listed(c.Regions), h.Region), "spec.constraints.regions")
	}
}

func validatePriceClass(h *v1alpha1.Home, r *strictyaml.Report, path string, c *v1alpha1.Constraints) {
	at := strictyaml.FieldPath(path, "priceClass")
	switch h.PriceClass {
	case "spot":
		if !c.Spot {
			r.Reject(at, "spot contradicts spec.constraints, which do not allow it: set spec.constraints.spot to true, or choose another price class", "spec.constraints.spot")
		}
	case "1y", "3y":
		if !slices.Contains(c.Commitments, h.PriceClass) {
			r.Reject(at, fmt.Sprintf("%s contradicts spec.constraints, which do not allow it: add it to spec.constraints.commitments, or choose another price class", h.PriceClass), "spec.constraints.commitments")
		}
	}
}

const minReplicasPath = "spec.constraints.minReplicas"

// rejectBelow refuses a bound that is below another one. Zero is no bound.
func rejectBelow(r *strictyaml.Report, path string, bound, least int, what, whatPath string) {
	if bound > 0 && bound < least {
		r.Reject(path, fmt.Sprintf("expected at least %s, %d, got %d", what, least, bound), whatPath)
	}
}

func validateCluster(c *v1alpha1.ClusterHome, r *strictyaml.Report, path string, least int) {
	replicas := 0
	if c.Replicas != nil {
		replicas = *c.Replicas
	}
	if c.NodeStartUp != nil {
		validateDuration(c.NodeStartUp, r, strictyaml.FieldPath(path, "nodeStartUp"))
	}
	if c.Nodes != nil {
		validateNodes(c.Nodes, r, strictyaml.FieldPath(path, "nodes"))
	}
	if c.Spot != nil {
		validateSpot(c.Spot, r, strictyaml.FieldPath(path, "spot"), c.Nodes)
	}
	most, mostPath := 0, ""
	if c.Autoscaler == nil {
		rejectBelow(r, strictyaml.FieldPath(path, "replicas"), replicas, least, minReplicasPath, minReplicasPath)
	} else {
		most, mostPath = c.Autoscaler.Max, strictyaml.FieldPath(path, "autoscaler.max")
		validateAutoscaler(c.Autoscaler, r, strictyaml.FieldPath(path, "autoscaler"), replicas, strictyaml.FieldPath(path, "replicas"), least)
	}
	at := strictyaml.FieldPath(path, "schedule")
	validateSchedule(r, at, c.Schedule, most, mostPath)
	if len(c.Schedule) > 0 && c.Autoscaler == nil && mostScheduled(c.Schedule) == 0 {
		r.Reject(at, "expected some replicas at some time, got none at any")
	}
}
