package report_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/internal/plan"
	"fulcrum.dev/fulcrum/internal/report"
)

// TestVerification: the last lines of a plan say what came out again.
func TestVerification(t *testing.T) {
	difference := func(place, field string) plan.Difference {
		return plan.Difference{Place: place, Arrangement: "on Kubernetes: 2 fixed replicas on acme/nodes/small (oslo, on-demand)", Field: field, Expected: "1.5", Got: "2"}
	}
	var many []plan.Difference
	for i := range 12 {
		many = append(many, difference("best", fmt.Sprintf("bill.lines[%d].amount", i)))
	}
	many = append(many, plan.Difference{Place: "candidate", Arrangement: "serverless", Field: "outcome.stopped", Expected: "true"})
	for name, v := range map[string]plan.Verification{
		"verified":  {Arrangements: 1},
		"estimated": {Arrangements: 12, Estimated: 2},
		"stopped":   {Arrangements: 12, Stopped: true, Checked: new(5)},
		"differing": {Arrangements: 3, Differences: many},
	} {
		t.Run(name, func(t *testing.T) {
			p := &plan.Plan{Verification: &v}
			got := text(t, func(w io.Writer, s report.Style) error { return report.Plan(w, p, s) }, report.Style{})
			if before, _, ok := strings.Cut(got, "erified:"); ok {
				golden(t, "verification-"+name+".txt", got[strings.LastIndex(before, "\n")+1:])
			} else {
				t.Errorf("no verification in\n%s", got)
			}
		})
	}
}
