package simulate

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestInputTokensAddToADuration: 2 s and 10 ms for each of 100 and of 300 tokens, on hardware of half the speed.
func TestInputTokensAddToADuration(t *testing.T) {
	h := replicas(1, random.Constant(2))
	h.Service.PerInput, h.Service.Scale = 10*time.Millisecond, 2
	w := workload.NewRecorded(workload.Info{Span: time.Minute, HasTokens: true}, []workload.Request{
		{At: 0, Input: 100}, {At: 30 * time.Second, Input: 300},
	})
	o := run(t, h, w)
	near(t, "mean latency", o.Latency.Mean, (2*3.0+2*5.0)/2, 1e-3)
	other := h
	if other.Service.PerInput = 0; other.Key() == h.Key() {
		t.Error("the key leaves out what an input token adds")
	}
}
