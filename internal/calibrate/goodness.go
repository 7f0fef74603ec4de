package calibrate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// goodness says how well coefficients explain rows that are divided by their times: residuals are relative errors.
func goodness(rows []row, found []float64) v1alpha1.ProfileFit {
	off := residuals(rows, found)
	sorted := slices.Sorted(slices.Values(absolute(off)))
	var times, errors []float64
	for i, r := range rows {
		times, errors = append(times, r.time), append(errors, off[i]*r.time)
	}
	explained := 0.0
	if v := stat.Variance(times, nil); v > 0 {
		explained = 1 - stat.Variance(errors, nil)/v
	}
	return v1alpha1.ProfileFit{
		RSquared: figures(explained), MedianError: figures(quantileOf(sorted, 0.5)), P95Error: figures(quantileOf(sorted, 0.95)),
	}
}

// meanError is the mean relative error of rows that are divided by their times, each of which counts as 1 at most.
func meanError(rows []row, found []float64) float64 {
	sum := 0.0
	for _, e := range residuals(rows, found) {
		sum += min(1, math.Abs(e))
	}
	return sum / float64(len(rows))
}

const significant = 4

// figures rounds to four digits: more would pretend.
func figures(x float64) float64 {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	step := math.Pow(10, math.Floor(math.Log10(math.Abs(x)))-significant+1)
	if step < 1 {
		return math.Round(x/step) / math.Round(1/step)
	}
	return math.Round(x/step) * step
}

// rounded turns seconds into a time of four digits.
func rounded(seconds float64) unit.Duration { return unit.Duration(math.Round(figures(seconds * 1e9))) }
