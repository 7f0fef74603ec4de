package fidelity

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// confidence is that of every interval.
const confidence = 0.99

// interval returns the mean of independent and equally distributed samples, of
// which there are at least two, and half the width of its confidence interval by
// Student's t. Source: Law, Simulation Modeling and Analysis (2015), section 4.5.
func interval(samples []float64) (mean, half float64) {
	mean, deviation := stat.MeanStdDev(samples, nil)
	n := float64(len(samples))
	t := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(1 - (1-confidence)/2)
	return mean, t * deviation / math.Sqrt(n)
}
