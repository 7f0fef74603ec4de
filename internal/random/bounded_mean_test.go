package random

import (
	"fmt"
	"math"
	"testing"
)

// TestBoundedMean compares with the mean of what is drawn.
func TestBoundedMean(t *testing.T) {
	const n = 400_000
	for _, shape := range Shapes() {
		for _, cv := range []float64{0.3, 1, 8} {
			d, err := NewDist(shape, 2, cv)
			if err != nil {
				continue // no such uniform, exponential or constant
			}
			for _, bound := range []Bounded{{Dist: d, High: 2.5}, {Dist: d, High: 50}, {Dist: d, Low: 1, High: 4}, {Dist: d, High: 20_000}} {
				t.Run(fmt.Sprintf("%s cv %g in [%g, %g]", shape, cv, bound.Low, bound.High), func(t *testing.T) {
					t.Parallel()
					r := New(7, Sizes, 0)
					var sum, squares float64
					for range n {
						x := bound.Sample(r)
						sum += x
						squares += x * x
					}
					mean := sum / n
					deviation := math.Sqrt(squares/n-mean*mean) / math.Sqrt(n)
					if got := bound.Mean(); math.Abs(got-mean) > 5*deviation+0.002*mean {
						t.Errorf("mean %g, drawn %g", got, mean)
					}
				})
			}
		}
	}
	q, err := NewEmpirical([]float64{1, 2, 9})
	if err != nil {
		t.Fatal(err)
	}
	if got := (Bounded{Dist: q, High: 3}).Mean(); got != 3 { // 3.5, clamped
		t.Errorf("of a distribution without a known tail: %g", got)
	}
}

func BenchmarkBoundedMean(b *testing.B) {
	d := Bounded{Dist: LogNormalFromQuantiles(22, 0.99, 92), High: 600}
	for b.Loop() {
		_ = d.Mean()
	}
}
