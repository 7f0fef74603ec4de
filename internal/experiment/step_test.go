package experiment_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/experiment"
)

// TestSteps: every setting that a home has is moved by one step both ways.
func TestSteps(t *testing.T) {
	for name, test := range map[string]struct {
		home string
		want []string
	}{
		"one replica": {"{offer: acme/nodes/small, cluster: {replicas: 1, replicasPerNode: 1}}", []string{"replicas 1 -> 2"}},
		"replicas, two on a node": {
			"{offer: acme/nodes/small, cluster: {replicas: 6, replicasPerNode: 2}}",
			[]string{"replicas 6 -> 5", "replicas 6 -> 7", "replicas 6 -> 4", "replicas 6 -> 8"},
		},
		"a schedule": {"{offer: acme/nodes/small, cluster: {schedule: [{at: 0s, count: 1}]}}", nil},
		"an HPA": {
			"{offer: acme/nodes/small, cluster: {replicas: 2, autoscaler: {max: 8, targetConcurrency: 0.7}}}",
			[]string{
				"autoscaler min 2 -> 1", "autoscaler min 2 -> 3", "autoscaler max 8 -> 4", "autoscaler max 8 -> 7", "autoscaler max 8 -> 9",
				"autoscaler max 8 -> 16", "autoscaler target 0.7 -> 0.56", "autoscaler target 0.7 -> 0.875",
			},
		},
		"an HPA on CPU": {
			"{offer: acme/nodes/small, cluster: {replicas: 1, autoscaler: {max: 2, targetConcurrency: 0.7, metrics: [{type: cpu, target: 0.6}]}}}",
			[]string{
				"autoscaler min 1 -> 2", "autoscaler max 2 -> 1", "autoscaler max 2 -> 3", "autoscaler max 2 -> 4",
				"target of cpu 0.6 -> 0.48", "target of cpu 0.6 -> 0.75",
			},
		},
		"to zero": {
			"{offer: acme/nodes/small, cluster: {replicas: 1, autoscaler: {min: 0, max: 1, keda: {}, metrics: [{type: concurrency}], targetConcurrency: 2}}}",
			[]string{"autoscaler min 0 -> 1", "autoscaler max 1 -> 2", "autoscaler target 2 -> 1.6", "autoscaler target 2 -> 2.5"},
		},
		"a container": {
			"{offer: acme/containers/request, container: {minInstances: 1, maxInstances: 10, concurrency: 4, idleHold: 5m}}",
			[]string{
				"min instances 1 -> 0", "min instances 1 -> 2", "max instances 10 -> 5", "max instances 10 -> 9", "max instances 10 -> 11",
				"max instances 10 -> 20", "concurrency 4 -> 2", "concurrency 4 -> 3", "concurrency 4 -> 5", "concurrency 4 -> 8",
				"idle hold 5m -> 0s", "idle hold 5m -> 1m", "idle hold 5m -> 2m", "idle hold 5m -> 2m30s", "idle hold 5m -> 10m", "idle hold 5m -> 15m",
			},
		},
		"a function": {
			"{offer: acme/functions/x86, function: {memory: 1769MiB, provisionedConcurrency: 1}}",
			[]string{
				"memory 1769MiB -> 884MiB", "memory 1769MiB -> 1513MiB", "memory 1769MiB -> 1641MiB", "memory 1769MiB -> 1897MiB",
				"memory 1769MiB -> 2025MiB", "memory 1769MiB -> 3538MiB", "memory 1769MiB -> 5307MiB", "memory 1769MiB -> 7076MiB",
				"memory 1769MiB -> 8845MiB", "memory 1769MiB -> 10GiB", "provisioned 1 -> 0", "provisioned 1 -> 2", "SnapStart false -> true",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			home := load(t, test.home)
			before := text(t, home)
			if diff := cmp.Diff(test.want, experiment.Changes(home)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if after := text(t, home); after != before {
				t.Errorf("the home itself has changed: %s, was %s", after, before)
			}
		})
	}
}

func text(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestPairs: hybrids from one node up to what the cluster has alone, with the warm minimum of the serverless home and with the least.
func TestPairs(t *testing.T) {
	cluster := load(t, "{offer: acme/nodes/small, cluster: {replicas: 5, replicasPerNode: 2}}")
	scaled := load(t, "{offer: acme/nodes/small, cluster: {replicas: 1, replicasPerNode: 1, autoscaler: {max: 2}}}")
	function := load(t, "{offer: acme/functions/x86, function: {memory: 1GiB, provisionedConcurrency: 3}}")
	container := load(t, "{offer: acme/containers/request, container: {minInstances: 1}}")
	for name, test := range map[string]struct{ got, want []string }{
		"nodes of two": {experiment.Pairs(cluster, function, 3), []string{
			"hybrid of 2 x acme/nodes/small and acme/functions/x86, 3 warm", "hybrid of 4 x acme/nodes/small and acme/functions/x86, 3 warm",
			"hybrid of 6 x acme/nodes/small and acme/functions/x86, 3 warm",
		}},
		"an autoscaler": {experiment.Pairs(scaled, container, 0), []string{
			"hybrid of 1 x acme/nodes/small and acme/containers/request, 1 warm", "hybrid of 2 x acme/nodes/small and acme/containers/request, 1 warm",
			"hybrid of 1 x acme/nodes/small and acme/containers/request, 0 warm", "hybrid of 2 x acme/nodes/small and acme/containers/request, 0 warm",
		}},
	} {
		if diff := cmp.Diff(test.want, test.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestBaseSizes: all of a few, and of many some that grow.
func TestBaseSizes(t *testing.T) {
	if got := experiment.BaseSizes(6); !slices.Equal(got, []int{1, 2, 3, 4, 5, 6}) {
		t.Errorf("up to 6: %v", got)
	}
	for _, n := range []int{20, 100, 1000} {
		if got := experiment.BaseSizes(n); len(got) < 12 || len(got) > 40 || got[len(got)-1] > n {
			t.Errorf("up to %d: %v", n, got)
		}
	}
}
