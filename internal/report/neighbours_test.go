package report_test

import (
	"io"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/experiment"
	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/report"
)

// TestNeighbours: those that would take a verdict's place come first, and what was stopped last.
func TestNeighbours(t *testing.T) {
	usd := func(amount string) *unit.Money { return new(unit.USD(unit.MustDecimal(amount))) }
	r := &experiment.Result{
		Model: "encoder", Neighbours: 4, Cheaper: 1, Traffic: plan.Traffic{Name: "generated", Requests: 1800, Rate: 0.5, Span: unit.Duration(3600e9)},
		Verdicts: []experiment.Verdict{
			{
				Names: []string{"best", "best-serverless"}, Arrangement: "serverless: functions of 1GiB on acme/functions/x86 (oslo, on-demand)",
				Status: plan.Feasible, Monthly: *usd("10"), Planned: *usd("11"),
				Neighbours: []experiment.Neighbour{
					{Change: "memory 1GiB -> 896MiB", Status: plan.Infeasible, Fails: []string{"latency p95"}},
					{Change: "memory 1GiB -> 1769MiB", Status: plan.Infeasible, Monthly: usd("9"), Saving: new(0.1), Fails: []string{"monthly budget"}},
					{Change: "provisioned 0 -> 1", Status: plan.Feasible, Monthly: usd("12"), Saving: new(-0.2)},
					{Change: "SnapStart false -> true", Status: plan.Feasible, Monthly: usd("8"), Saving: new(0.2), Cheaper: true, BeatsBest: true},
				},
				LeftOut: []experiment.LeftOut{{Reason: "spec.service.memory: the model needs 1GiB", Count: 3}},
			},
			{Names: []string{"best-hybrid"}, Status: plan.Feasible, Monthly: *usd("10"), Planned: *usd("10")},
		},
	}
	page := func(w io.Writer, s report.Style) error { return report.Neighbours(w, r, s) }
	golden(t, "neighbours.txt", text(t, page, report.Style{}))
	if colored := text(t, page, report.Style{Color: true}); !strings.Contains(colored, "\x1b[31mFEASIBLE AND CHEAPER\x1b[0m") {
		t.Errorf("what counts is not painted:\n%s", colored)
	}
}
