package plan_test

import (
	"context"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/plan"
)

// TestOneOfferDoesNotEndAPlan: what one home cannot have is refused or fails an objective there, and another home is the verdict.
func TestOneOfferDoesNotEndAPlan(t *testing.T) {
	cat, err := catalog.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ home, constraints, refused string }{
		"an offer without provisioned environments": {home: "{offer: aws/sagemaker-serverless/cpu}"},
		"some of these held": {
			home: "{offer: aws/sagemaker-serverless/cpu}", constraints: ", minReplicas: 1", refused: "not sold with provisioned environments",
		},
		"some of these asked for": {
			home: "{offer: aws/sagemaker-serverless/cpu, function: {provisionedConcurrency: 2}}", refused: "not sold with provisioned environments",
		},
		"an autoscaler with a small maximum": {home: "{offer: aws/ec2/c7i.large, cluster: {autoscaler: {max: 3}}}"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := `  traffic: {generator: {arrivals: mmpp, span: 1h, states: [{rate: 1/s, dwell: 20m}, {rate: 20/s, dwell: 5m}]}}
  service: {memory: 1GiB, profiles: [{cpu: x86, fixed: {duration: {mean: 200ms, cv: 0.5}}}]}
  objectives: {latency: {p95: 2s}, errors: 5%}
  homes: [HOME, {offer: aws/lambda/x86}]
  constraints: {lowConfidence: true` + test.constraints + "}\n"
			p, err := plan.Search(context.Background(), input(t, model(t, header+strings.ReplaceAll(spec, "HOME", test.home)), cat))
			if err != nil {
				t.Fatal(err)
			}
			if feasible(t, p); p.BestServerless == nil {
				t.Error("no serverless home is feasible")
			}
			if got := len(p.Refused) > 0; got != (test.refused != "") || got && !strings.Contains(p.Refused[0].Reason, test.refused) {
				t.Errorf("refused are %+v, want %q", p.Refused, test.refused)
			}
		})
	}
}
