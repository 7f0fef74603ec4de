package plan_test

import (
	"context"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/plan"
)

// TestAllowed: what Search may not propose.
func TestAllowed(t *testing.T) {
	for name, test := range map[string]struct {
		replace []string // in the encoder's file
		home    string
		want    string
	}{
		"anything": {nil, "{offer: acme/nodes/small, cluster: {replicas: 3}}", ""},
		"a number that the file gives": {
			[]string{`{offer: "acme/*"}`, "{offer: acme/nodes/small, cluster: {replicas: 2}}"},
			"{offer: acme/nodes/small, cluster: {replicas: 3}}", "spec.homes fixes a setting",
		},
		"another setting beside it": {
			[]string{`{offer: "acme/*"}`, "{offer: acme/nodes/small, cluster: {replicasPerNode: 1}}"},
			"{offer: acme/nodes/small, cluster: {replicas: 3, replicasPerNode: 1}}", "",
		},
		"another offer": {
			[]string{`{offer: "acme/*"}`, "{offer: acme/nodes/small}"},
			"{offer: acme/nodes/large, cluster: {replicas: 3}}", "does not list acme/nodes/large",
		},
		"fewer than the least":    {[]string{"minReplicas: 0", "minReplicas: 2"}, "{offer: acme/functions/x86, function: {provisionedConcurrency: 1}}", "minReplicas"},
		"more than the quota":     {nil, "{offer: acme/containers/request, container: {maxInstances: 21}}", "the quota of acme/containers/request is 20"},
		"less than the model":     {nil, "{offer: acme/functions/x86, function: {memory: 512MiB}}", "the model needs 1GiB"},
		"SnapStart where sold":    {nil, "{offer: acme/functions/x86, function: {snapStart: true}}", ""},
		"a gate":                  {[]string{"minReplicas: 0", "minReplicas: 0, gpus: [L4]"}, "{offer: acme/nodes/small}", "gpu: it has no GPU"},
		"settings of another one": {nil, "{offer: acme/nodes/small, function: {snapStart: true}}", "give its settings under cluster"},
	} {
		t.Run(name, func(t *testing.T) {
			m := model(t, encoder, test.replace...)
			v, err := plan.NewEvaluator(context.Background(), input(t, m, acme()))
			if err != nil {
				t.Fatal(err)
			}
			home := model(t, encoder, `{offer: "acme/*"}`, test.home).Spec.Homes
			l, err := v.Arrange(home, nil)
			if err == nil {
				err = v.Allowed(l)
			}
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}
