package billing_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/billing"
	"fulcrum.dev/fulcrum/internal/home"
)

const (
	hour = int64(time.Hour / time.Millisecond)
	span = 73 * time.Hour // a tenth of a month
)

// TestMonth: what every kind of home is charged for a month, from a tenth of it.
func TestMonth(t *testing.T) {
	none := v1alpha1.Home{}
	small := arranged(t, "acme/nodes/small", none)
	spot := arranged(t, "acme/nodes/small@spot", none)
	function := arranged(t, "acme/functions/x86", v1alpha1.Home{Function: &v1alpha1.FunctionHome{Memory: 2048}})
	nodes := billing.Use{Arrangement: small, Metered: home.Metered{NodeTime: 100 * hour}, Served: 800}
	calls := billing.Use{Arrangement: function, Served: 500, Metered: home.Metered{RunTime: 5_000_000, HeldTime: 73 * hour, HeldRunTime: hour, Requests: 50_000}}
	alone, shared, free := terms(), terms(), terms()
	shared.SharedBy = 4
	free.FreeTier = true
	tests := []struct {
		name  string
		terms billing.Terms
		uses  []billing.Use
		want  string
	}{
		{"nodes of a cluster, egress below its allowance", alone, []billing.Use{nodes}, `
small: 1000 instance-hour x 0.05
egress: 8 GB x 0.1
egress, free allowance: -8 GB x 0.1
control plane: 730 cluster-hour x 0.1
disk: 100 GB-month x 0.08
system node: 730 instance-hour x 0.05
egress: 4 GB x 0.1
egress, free allowance: -4 GB x 0.1
= 167.5
`},
		{"a cluster that four models share", shared, []billing.Use{{Arrangement: small, Metered: home.Metered{NodeTime: 100 * hour}}}, `
small: 1000 instance-hour x 0.05
control plane: 182.5 cluster-hour x 0.1
disk: 25 GB-month x 0.08
system node: 182.5 instance-hour x 0.05
egress: 1 GB x 0.1
egress, free allowance: -1 GB x 0.1
= 79.375
`},
		{"spot with nodes on demand", alone, []billing.Use{{Arrangement: spot, Metered: home.Metered{NodeTime: 100 * hour, OnDemandNodeTime: 10 * hour}}}, `
small: 1000 instance-hour x 0.02
small: 100 instance-hour x 0.05
control plane: 730 cluster-hour x 0.1
disk: 100 GB-month x 0.08
system node: 730 instance-hour x 0.05
egress: 4 GB x 0.1
egress, free allowance: -4 GB x 0.1
= 142.5
`},
		{"a function, without the free tier", alone, []billing.Use{calls}, `
run time, first 100,000: 100000 GB-second x 0.00002
provisioned: 5256000 GB-second x 0.000004
run time on provisioned: 72000 GB-second x 0.00001
requests: 0.5 million requests x 0.2
egress: 5 GB x 0.1
egress, free allowance: -5 GB x 0.1
= 23.844
`},
		{"a hybrid: one account, and one allowance of egress", free, []billing.Use{nodes, calls}, `
acme/nodes/small
small: 1000 instance-hour x 0.05
egress: 8 GB x 0.1
egress, free allowance: -8 GB x 0.1
control plane: 730 cluster-hour x 0.1
disk: 100 GB-month x 0.08
system node: 730 instance-hour x 0.05
egress: 4 GB x 0.1
egress, free allowance: -4 GB x 0.1
= 167.5
acme/functions/x86
run time, first 100,000: 100000 GB-second x 0.00002
run time, free allowance: -40000 GB-second x 0.00002
provisioned: 5256000 GB-second x 0.000004
run time on provisioned: 72000 GB-second x 0.00001
requests: 0.5 million requests x 0.2
requests, free allowance: -0.5 million requests x 0.2
egress: 5 GB x 0.1
= 23.444
`},
		{"two homes in one cluster", alone, []billing.Use{{Arrangement: spot, Metered: home.Metered{NodeTime: hour}}, {Arrangement: small, Metered: home.Metered{NodeTime: 2 * hour}}}, `
acme/nodes/small
small: 10 instance-hour x 0.02
control plane: 730 cluster-hour x 0.1
disk: 100 GB-month x 0.08
system node: 730 instance-hour x 0.05
egress: 4 GB x 0.1
egress, free allowance: -4 GB x 0.1
= 117.7
acme/nodes/small
small: 20 instance-hour x 0.05
= 1
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bills, err := test.terms.Month(test.uses, span)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimPrefix(test.want, "\n"), linesOf(test.uses, bills)); diff != "" {
				t.Errorf("bill (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSoFar: usage as it is, and the passed part of what is paid by the month.
func TestSoFar(t *testing.T) {
	uses := []billing.Use{{Arrangement: arranged(t, "acme/nodes/small@spot", v1alpha1.Home{}), Served: 800, Metered: home.Metered{NodeTime: 100 * hour, OnDemandNodeTime: 10 * hour}}}
	bills, err := terms().SoFar(uses, span)
	if err != nil {
		t.Fatal(err)
	}
	want := `small: 100 instance-hour x 0.02
egress: 0.8 GB x 0.1
egress, free allowance: -0.8 GB x 0.1
small: 10 instance-hour x 0.05
control plane: 73 cluster-hour x 0.1
disk: 10 GB-month x 0.08
system node: 73 instance-hour x 0.05
egress: 0.4 GB x 0.1
egress, free allowance: -0.4 GB x 0.1
= 14.25
`
	if diff := cmp.Diff(want, linesOf(uses, bills)); diff != "" {
		t.Errorf("bill (-want +got):\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	unsold := arranged(t, "acme/nodes/small@spot", v1alpha1.Home{})
	unsold.Offer.Region = "nowhere"
	onDemand := home.Metered{OnDemandNodeTime: hour}
	small := arranged(t, "acme/nodes/small", v1alpha1.Home{})
	for want, test := range map[string]struct {
		use  billing.Use
		span time.Duration
	}{
		"expected a span above 0":        {billing.Use{Arrangement: small}, 0},
		"on-demand nodes of a spot home": {billing.Use{Arrangement: unsold, Metered: onDemand}, span},
		"beyond what a meter can hold":   {billing.Use{Arrangement: small, Served: math.MaxInt64 / 1000}, span},
		"overflows":                      {billing.Use{Arrangement: small, Metered: home.Metered{NodeTime: math.MaxInt64 / 2}}, span},
		"expected times from 0":          {billing.Use{Arrangement: small, Metered: home.Metered{NodeTime: -1000}}, span},
	} {
		if bills, err := terms().Month([]billing.Use{test.use}, test.span); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, %v; want %q", bills, err, want)
		}
	}
	if _, err := terms().SoFar([]billing.Use{{Arrangement: small}}, -time.Hour); err == nil {
		t.Error("a time before the start is billed")
	}
}

// TestHourly: replicas share the price of their node.
func TestHourly(t *testing.T) {
	two := v1alpha1.Home{Cluster: &v1alpha1.ClusterHome{ReplicasPerNode: 2}}
	for _, test := range []struct {
		key      string
		settings v1alpha1.Home
		want     string
	}{
		{"acme/nodes/small", two, "0.025"},
		{"acme/containers/instance", v1alpha1.Home{Container: &v1alpha1.ContainerHome{VCPU: 2, Memory: 2048}}, "0.11"},
		{"acme/functions/x86", v1alpha1.Home{Function: &v1alpha1.FunctionHome{Memory: 2048}}, "0.144"},
	} {
		got, err := billing.Hourly(arranged(t, test.key, test.settings))
		if err != nil || got.Cmp(unit.MustDecimal(test.want)) != 0 {
			t.Errorf("an hour of %s costs %s, want %s; %v", test.key, got, test.want, err)
		}
	}
}

// TestCluster: offers without a cluster have no fixed cost.
func TestCluster(t *testing.T) {
	for key, want := range map[string]string{"acme/nodes/small": "117.5", "acme/functions/x86": "0"} {
		got, err := terms().Cluster(arranged(t, key, v1alpha1.Home{}).Offer)
		if err != nil || got.Total.Cmp(unit.MustDecimal(want)) != 0 {
			t.Errorf("the cluster of %s costs %s, want %s; %v", key, got.Total, want, err)
		}
	}
}
