package plan

import (
	"slices"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
)

// TestPeakAboveTheMaximumIsExplained: a replica that is being removed is one more than the autoscaler may have.
func TestPeakAboveTheMaximumIsExplained(t *testing.T) {
	for peak, said := range map[int]bool{3: false, 4: false, 5: true} {
		c := &Candidate{}
		c.Settings.Cluster = &v1alpha1.ClusterHome{Replicas: new(1), Autoscaler: &v1alpha1.Autoscaler{Max: 4}}
		c.Outcome.PeakLive = peak
		if note := c.PeakNote(); strings.Contains(note, "above the maximum of 4") != said {
			t.Errorf("a peak of %d replicas, 4 at most, is told with %q", peak, note)
		}
	}
	fixed := &Candidate{}
	fixed.Settings.Cluster = &v1alpha1.ClusterHome{Replicas: new(1)}
	fixed.Outcome.PeakLive = 2
	if note := fixed.PeakNote(); note != "" {
		t.Errorf("without an autoscaler: %q", note)
	}
}

// TestSearchLimitIsSaid: an arrangement at the greatest number of replicas that is searched may be too small for that alone.
func TestSearchLimitIsSaid(t *testing.T) {
	for replicas, said := range map[int]bool{searchLimit - 1: false, searchLimit: true} {
		s := &search{spec: &v1alpha1.ModelSpec{}, plan: &Plan{}}
		p := &Placement{Offer: "acme/nodes/small", arrangement: arrange.Arrangement{Offer: catalog.Offer{Kind: catalog.KindNode, Provider: "acme"}}}
		p.arrangement.Home.Cluster = &home.Cluster{Replicas: replicas}
		s.warnPlacement(p)
		if got := slices.ContainsFunc(s.plan.Warnings, func(w Warning) bool { return w.Code == "search-limit" }); got != said {
			t.Errorf("%d replicas: warnings %+v", replicas, s.plan.Warnings)
		}
	}
}
