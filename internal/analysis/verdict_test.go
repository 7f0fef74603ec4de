package analysis

import (
	"testing"

	"fulcrum.dev/fulcrum/internal/stats"
)

func TestJudge(t *testing.T) {
	e := stats.Estimate{Value: 2, HasInterval: true, Low: 1, High: 3}
	for most, want := range map[float64]Verdict{0.5: Fail, 1: Inconclusive, 2: Inconclusive, 2.9: Inconclusive, 3: Pass, 4: Pass} {
		if got := Judge(e, most); got != want {
			t.Errorf("%+v against %g: %s, want %s", e, most, got, want)
		}
	}
}
