package calibrate

import (
	"fmt"
	"slices"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// mostTail is how much of the p95 of the latency may be due to streams that ended later after their last token than usual.
const mostTail = 0.05

// fitTail finds what lies between the last token of a stream and its end: no iteration, so that the simulator does not have it.
// The median is kept beside the overhead; what some streams take longer is a doubt where the latency has much of it. Where
// chunks hide tokens the end of the stream is in the equations.
func (b *batch) fitTail(t *v1alpha1.CalibratedTarget) {
	if b.hides {
		return
	}
	var tails, totals []float64
	for _, r := range b.measured {
		if total, ok := r.Latency(); ok && isWhole(r) {
			totals = append(totals, total.Seconds())
			tails = append(tails, (r.LastByte - b.end(r)).Seconds())
		}
	}
	median := medianOf(tails)
	t.Tail = rounded(median)
	usual := make([]float64, len(totals)) // if all streams had ended after the median
	for i := range totals {
		usual[i] = totals[i] - tails[i] + median
	}
	for _, list := range [][]float64{tails, totals, usual} {
		slices.Sort(list)
	}
	if less := 1 - quantileOf(usual, 0.95)/quantileOf(totals, 0.95); less > mostTail {
		t.Notes = append(t.Notes, fmt.Sprintf("streams ended %s after their last token in the median, and %s after it at p95, which the simulator does not know: it expects a p95 of the latency that is %.0f %% lower",
			t.Tail, rounded(quantileOf(tails, 0.95)), 100*less))
	}
}
