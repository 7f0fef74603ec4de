package stats

import (
	"slices"
	"testing"
)

func TestSpread(t *testing.T) {
	if s := SpreadOf([]float64{3, 1, 2, 8}); s.Min != 1 || s.Median != 2.5 || s.Max != 8 || !slices.Equal(s.Values, []float64{3, 1, 2, 8}) {
		t.Errorf("%+v", s)
	}
	if s := SpreadOf(make([]float64, maxValues+1)); s.Values != nil || s.Count != maxValues+1 {
		t.Errorf("%+v", s)
	}
}
