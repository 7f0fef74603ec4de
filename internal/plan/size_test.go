package plan_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/plan"
)

// TestManyReplicasAreSizedExactly: the first steps are longer than one there.
func TestManyReplicasAreSizedExactly(t *testing.T) {
	for _, rate := range []string{"160/s", "400/s"} {
		m := model(t, encoder, "rate: 0.5/s, span: 1h", "rate: "+rate+", span: 5m", "minReplicas: 0", "minReplicas: 0, quotas: {acme: 500}", "acme/*", "acme/nodes/small")
		c := candidate(t, search(t, m, acme()), "acme/nodes/small", "fixed")
		n := *c.Settings.Cluster.Replicas
		if c.Status != plan.Feasible || n < 64 {
			t.Fatalf("%s: %s with %d replicas", rate, c.Status, n)
		}
		fewer := cluster(c.Settings, func(k *v1alpha1.ClusterHome) { k.Replicas = new(n - 1) })
		if got := tryHomes(t, m, c, []v1alpha1.Home{fewer}); got == nil || got.Status == plan.Feasible {
			t.Errorf("%s: %d replicas are enough, the plan has %d", rate, n-1, n)
		}
	}
}

// TestUsualPeak: traffic whose busiest minute is not known, but whose busiest ten minutes are.
func TestUsualPeak(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rates.csv")
	rows := "client,window_start_s,rate_rps,cv,dist,p1,p2\n0,0,1,1,Gamma,1,1\n0,600,3,1,Gamma,1,1\n0,1200,2,1,Gamma,1,1\n"
	if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	m := model(t, encoder, "generator: {rate: 0.5/s, span: 1h}", "trace: {path: "+file+"}")
	if got, err := plan.UsualPeak(context.Background(), input(t, m, acme())); err != nil || got != 1.5 {
		t.Errorf("got %g, %v, want the 3 of 2 requests a second", got, err)
	}
}
