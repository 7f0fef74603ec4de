package modelfile

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/distribution"
)

const nodesFile = `
apiVersion: fulcrum.dev/v1alpha1
kind: Model
metadata: {name: nodes}
spec:
  traffic: {trace: {path: a.jsonl}}
  service: {parameters: 8B}
  constraints: {spot: true}
  homes:
    - offer: aws/ec2/g6.xlarge
      priceClass: spot
      cluster: {nodes: {clusterAutoscaler: {}}, spot: {}}
    - offer: gcp/gce/g2-standard-4
      priceClass: spot
      cluster: {nodes: {karpenter: {}}, spot: {}}
`

// TestNodeDefaultsAreWhatCommentsSay finds each default in the comment of its field and in a loaded model.
func TestNodeDefaultsAreWhatCommentsSay(t *testing.T) {
	homes := load(t, nodesFile).Spec.Homes
	aws, gcp := homes[0].Cluster, homes[1].Cluster
	cluster, karpenter := aws.Nodes.ClusterAutoscaler, gcp.Nodes.Karpenter
	said := comments(t)
	for _, test := range []struct {
		field, comment string
		got, want      any
	}{
		{"ClusterNodes.packing", "Default: most-allocated.", aws.Nodes.Packing, "most-allocated"},
		{"ClusterNodes.spare", "Default: 0.", aws.Nodes.Spare, 0},
		{"ClusterAutoscaler.scanInterval", "Default: 10s.", cluster.ScanInterval.Std(), 10 * time.Second},
		{"ClusterAutoscaler.unneededTime", "Default: 10m.", cluster.UnneededTime.Std(), 10 * time.Minute},
		{"ClusterAutoscaler.delayAfterAdd", "Default: 10m.", cluster.DelayAfterAdd.Std(), 10 * time.Minute},
		{"ClusterAutoscaler.utilizationThreshold", "Default: 50%.", cluster.UtilizationThreshold.String(), "50%"},
		{"ClusterAutoscaler.provisionTimeout", "Default: 15m.", cluster.ProvisionTimeout.Std(), 15 * time.Minute},
		{"Karpenter.batchIdle", "Default: 1s.", karpenter.BatchIdle.Std(), time.Second},
		{"Karpenter.batchMax", "Default: 10s.", karpenter.BatchMax.Std(), 10 * time.Second},
		{"Karpenter.consolidation", "Default: WhenEmptyOrUnderutilized.", karpenter.Consolidation, "WhenEmptyOrUnderutilized"},
		{"Karpenter.consolidateAfter", "Default: 0s.", karpenter.ConsolidateAfter.Std(), time.Duration(0)},
		{"Karpenter.budget", "Default: 10%.", karpenter.Budget.String(), "10%"},
		{"Karpenter.expireAfter", "Default: 720h.", karpenter.ExpireAfter.Std(), 720 * time.Hour},
		{"SpotNodes.notice", "Default: 2m on AWS", NoticeOf(*aws.Spot, "aws").Std(), 2 * time.Minute},
		{"SpotNodes.notice", "30s elsewhere", NoticeOf(*gcp.Spot, "gcp").Std(), 30 * time.Second},
		{"SpotNodes.fallbackAfter", "Default: 15m with clusterAutoscaler", aws.Spot.FallbackAfter.Std(), 15 * time.Minute},
		{"SpotNodes.fallbackAfter", "else 0s", gcp.Spot.FallbackAfter.Std(), time.Duration(0)},
		{"ClusterHome.nodeStartUp", "with clusterAutoscaler 120s to 300s", NodeStartUpFor(*aws, true), between(120*time.Second, 300*time.Second)},
		{"ClusterHome.nodeStartUp", "karpenter and a GPU 29s to 90s", NodeStartUpFor(*gcp, true), between(29*time.Second, 90*time.Second)},
		{"ClusterHome.nodeStartUp", "60s without", NodeStartUpFor(*gcp, false).Mean.Std(), time.Minute},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s is %v, want %v", test.field, test.got, test.want)
		}
		if !strings.Contains(said[test.field], test.comment) {
			t.Errorf("the comment of %s does not say %q: %s", test.field, test.comment, said[test.field])
		}
	}
}

// TestBetween: a distribution that is uniform between its bounds.
func TestBetween(t *testing.T) {
	d, err := distribution.Duration(between(29*time.Second, 90*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	bounds := reflect.ValueOf(d)
	for i, want := range []float64{29, 90} {
		if got := bounds.Field(i).Float(); got < want-1e-9 || got > want+1e-9 {
			t.Errorf("bound %d is %g s, want %g", i, got, want)
		}
	}
}
