package random

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// sampleMoments returns the mean and the cv of n draws.
func sampleMoments(d Dist, r *rand.Rand, n int) (mean, cv float64) {
	var sum, squares float64
	for range n {
		x := d.Sample(r)
		sum += x
		squares += x * x
	}
	mean = sum / float64(n)
	return mean, math.Sqrt(math.Max(0, squares/float64(n)-mean*mean)) / mean
}

// TestNewDistHasTheMomentsAskedFor draws a million numbers of each family. The
// tolerance of the mean is 5 standard errors, the one of the cv covers the
// fourth moments of these families.
func TestNewDistHasTheMomentsAskedFor(t *testing.T) {
	const n = 1_000_000
	for _, test := range []struct {
		shape    Shape
		mean, cv float64
		wantCV   float64
	}{
		{ShapeConstant, 3, 0, 0},
		{ShapeExponential, 0.25, 0, 1},
		{ShapeExponential, 0.25, 1, 1},
		{ShapeGamma, 2, 0.1, 0.1},
		{ShapeGamma, 2, 1.5, 1.5},
		{ShapeGamma, 2, 3, 3},
		{ShapeWeibull, 7, 0.01, 0.01},
		{ShapeWeibull, 7, 0.5, 0.5},
		{ShapeWeibull, 7, 2, 2},
		{ShapeLogNormal, 1000, 0.3, 0.3},
		{ShapeLogNormal, 1000, 1, 1},
		{ShapeUniform, 5, 0.2, 0.2},
		{ShapeUniform, 5, 1 / math.Sqrt(3), 1 / math.Sqrt(3)},
		{ShapeGamma, 2, 0, 0},
	} {
		t.Run(fmt.Sprintf("%s cv %.3g", test.shape, test.cv), func(t *testing.T) {
			t.Parallel()
			d, err := NewDist(test.shape, test.mean, test.cv)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(d.Mean()/test.mean-1) > 1e-9 {
				t.Errorf("Mean() = %g, want %g", d.Mean(), test.mean)
			}
			mean, cv := sampleMoments(d, New(1, ServiceTimes, 0), n)
			if limit := 5 * test.wantCV * test.mean / math.Sqrt(n); math.Abs(mean-test.mean) > limit+1e-9 {
				t.Errorf("mean of draws = %g, want %g +- %g", mean, test.mean, limit)
			}
			if math.Abs(cv-test.wantCV) > 0.02*test.wantCV+1e-6 {
				t.Errorf("cv of draws = %g, want %g", cv, test.wantCV)
			}
		})
	}
}

func TestNewDistRefuses(t *testing.T) {
	for _, test := range []struct {
		shape    Shape
		mean, cv float64
	}{
		{ShapeGamma, -1, 1},
		{ShapeGamma, 1, -1},
		{ShapeGamma, math.NaN(), 1},
		{ShapeGamma, math.Inf(1), 1},
		{ShapeGamma, 1, 1e-200},
		{ShapeGamma, 1, 1e200},
		{ShapeWeibull, 1, 1e-6},
		{ShapeWeibull, 1, 1e4},
		{ShapeConstant, 1, 0.5},
		{ShapeExponential, 1, 2},
		{ShapeUniform, 1, 0.6},
		{"normal", 1, 1},
	} {
		if d, err := NewDist(test.shape, test.mean, test.cv); err == nil {
			t.Errorf("NewDist(%s, %g, %g) = %#v, want an error", test.shape, test.mean, test.cv, d)
		}
	}
}

// TestDrawsAreNeverNegative holds over everything that NewDist accepts.
func TestDrawsAreNeverNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SampledFrom(Shapes()).Draw(t, "shape")
		mean := rapid.Float64Range(0, 1e9).Draw(t, "mean")
		cv := rapid.Float64Range(0, 100).Draw(t, "cv")
		d, err := NewDist(shape, mean, cv)
		if err != nil {
			t.Skip(err)
		}
		r := New(rapid.Uint64().Draw(t, "seed"), Sizes, 0)
		for range 100 {
			if x := d.Sample(r); !(x >= 0) || math.IsInf(x, 0) {
				t.Fatalf("%#v drew %g", d, x)
			}
		}
	})
}

func TestWeibullShapeInvertsTheCV(t *testing.T) {
	if k := weibullShape(1); math.Abs(k-1) > 1e-9 {
		t.Errorf("cv 1 is the exponential: shape %g, want 1", k)
	}
	rapid.Check(t, func(t *rapid.T) {
		k := math.Exp(rapid.Float64Range(math.Log(0.1), math.Log(1e4)).Draw(t, "log shape"))
		g1, _ := math.Lgamma(1 + 1/k)
		g2, _ := math.Lgamma(1 + 2/k)
		cv := math.Sqrt(math.Expm1(g2 - 2*g1))
		if got := weibullShape(cv); math.Abs(got/k-1) > 1e-6 {
			t.Fatalf("weibullShape(%g) = %g, want %g", cv, got, k)
		}
	})
}

func TestLogNormalFromQuantiles(t *testing.T) {
	d := LogNormalFromQuantiles(2, 0.99, 9)
	r := New(3, ServiceTimes, 0)
	const n = 400_000
	below := map[float64]int{2: 0, 9: 0}
	for range n {
		x := d.Sample(r)
		for v := range below {
			if x < v {
				below[v]++
			}
		}
	}
	if p := float64(below[2]) / n; math.Abs(p-0.5) > 0.004 {
		t.Errorf("P(X < median) = %g", p)
	}
	if p := float64(below[9]) / n; math.Abs(p-0.99) > 0.001 {
		t.Errorf("P(X < p99) = %g", p)
	}
}

func TestBoundedAndShifted(t *testing.T) {
	r := New(1, Sizes, 0)
	b := Bounded{Dist: Exponential(1), Low: 0.5, High: 2}
	s := Shifted{Dist: Exponential(1), By: 10}
	for range 1000 {
		if x := b.Sample(r); x < 0.5 || x > 2 {
			t.Fatalf("bounded to [0.5, 2] drew %g", x)
		}
		if x := s.Sample(r); x < 10 {
			t.Fatalf("shifted by 10 drew %g", x)
		}
	}
	if s.Mean() != 11 {
		t.Errorf("mean of 10 + exponential of 1 = %g", s.Mean())
	}
}

// TestResidual compares with the mean residual of renewal theory, E[X^2]/(2 E[X]) = mean (1 + cv^2)/2.
func TestResidual(t *testing.T) {
	t.Parallel()
	const n = 1_000_000
	for _, test := range []struct {
		shape Shape
		cv    float64
	}{
		{ShapeConstant, 0},
		{ShapeExponential, 1},
		{ShapeGamma, 0.5},
		{ShapeGamma, 2},
		{ShapeWeibull, 0.5},
		{ShapeWeibull, 2},
	} {
		d, err := NewDist(test.shape, 3, test.cv)
		if err != nil {
			t.Fatal(err)
		}
		residual, err := Residual(d)
		if err != nil {
			t.Fatal(err)
		}
		want := 3 * (1 + test.cv*test.cv) / 2
		if math.Abs(residual.Mean()/want-1) > 1e-6 {
			t.Errorf("%s cv %g: Mean() of the residual = %g, want %g", test.shape, test.cv, residual.Mean(), want)
		}
		mean, cv := sampleMoments(residual, New(5, Arrivals, 0), n)
		if math.Abs(mean-want) > 5*cv*mean/math.Sqrt(n) {
			t.Errorf("%s cv %g: mean of draws of the residual = %g, want %g", test.shape, test.cv, mean, want)
		}
	}
	if d, err := Residual(&Quantiles{}); err == nil {
		t.Errorf("Residual of quantiles = %v, want an error", d)
	}
}
