package plan_test

import (
	"testing"

	"fulcrum.dev/fulcrum/internal/plan"
)

// TestThousandsOfReplicas: without a quota, a rate that takes more than a thousand replicas is feasible.
func TestThousandsOfReplicas(t *testing.T) {
	p := feasible(t, search(t, model(t, encoder, "generator: {rate: 0.5/s, span: 1h}", "generator: {rate: 3000/s, span: 20s}",
		`[{offer: "acme/*"}]`, "[{offer: acme/nodes/small}]"), acme()))
	if n := *p.Best.Settings.Cluster.Replicas; p.Best.Side != plan.SideCluster || n <= 1000 {
		t.Errorf("%d replicas serve 3000 requests/s of 400 ms", n)
	}
}
