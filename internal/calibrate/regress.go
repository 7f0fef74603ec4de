package calibrate

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"fulcrum.dev/fulcrum/internal/random"
)

// row is one equation: y is about the sum of x times the coefficients that are sought. time is what both sides were divided
// by, in seconds; 0 where they were not, so that y is not 1.
type row struct {
	x       []float64
	y, time float64
}

// A regression solves for coefficients of at least 0, by least squares in which outliers count less (Huber's
// weights; P. J. Huber, Robust Statistics, 1981, section 7.8).
const (
	huber      = 1.345 // in standard deviations: 95 % efficient where errors are normal
	huberMean  = 3.0   // of rows that are divided by their times: slow answers are part of the mean, on which queues depend
	reweights  = 30
	settled    = 1e-7
	normalMAD  = 1.4826 // standard deviation of a normal distribution / its median absolute deviation
	leastScale = 1e-12
)

// regress returns the coefficients, and false if the rows do not determine them.
func regress(rows []row) ([]float64, bool) {
	weights := make([]float64, len(rows))
	for i := range weights {
		weights[i] = 1
	}
	var last []float64
	for range reweights {
		found, ok := nonNegative(rows, weights)
		if !ok {
			return nil, false
		}
		if last != nil && closeTo(found, last) {
			return found, true
		}
		last = found
		reweigh(rows, found, weights)
	}
	return last, true
}

// leastPrediction keeps a row with a predicted time near 0 from outweighing all others.
const leastPrediction = 0.2

// reweigh gives outliers less weight. A row that was divided by its measured time counts as if it were divided by the
// predicted time instead: the former would favour fast requests, and find too small a mean.
func reweigh(rows []row, found, weights []float64) {
	off := residuals(rows, found)
	cut := huber
	for i, r := range rows {
		weights[i] = 1
		if r.time > 0 {
			predicted := max(leastPrediction, r.y-off[i])
			off[i] /= predicted
			weights[i] = 1 / (predicted * predicted)
			cut = huberMean
		}
	}
	scale := max(leastScale, normalMAD*medianOf(absolute(off)))
	for i, e := range off {
		weights[i] *= min(1, cut*scale/max(leastScale, math.Abs(e)))
	}
}

func closeTo(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > settled*max(math.Abs(a[i]), math.Abs(b[i])) {
			return false
		}
	}
	return true
}

// normal is the normal equations of weighted rows, with every column brought to length 1, so that their condition says whether
// columns can be told apart, not in which units they are.
type normal struct {
	products [][]float64 // of columns with one another
	right    []float64   // of columns with y
	lengths  []float64
}

func newNormal(rows []row, weights []float64) normal {
	n := len(rows[0].x)
	e := normal{right: make([]float64, n), lengths: make([]float64, n)}
	for range n {
		e.products = append(e.products, make([]float64, n))
	}
	for i, r := range rows {
		for j, x := range r.x {
			e.right[j] += weights[i] * x * r.y
			for k := range j + 1 {
				e.products[j][k] += weights[i] * x * r.x[k]
			}
		}
	}
	for j := range n {
		e.lengths[j] = math.Sqrt(e.products[j][j])
	}
	return e
}

// nonNegative tries every set of coefficients that may be above 0. There are few.
func nonNegative(rows []row, weights []float64) ([]float64, bool) {
	e := newNormal(rows, weights)
	var best []float64
	most := 0.0
	for set := 1; set < 1<<len(e.right); set++ {
		found, explained, ok := e.solve(set)
		if ok && slices.Min(found) >= 0 && explained > most {
			best, most = found, explained
		}
	}
	return best, best != nil
}

// mostCondition is the condition number beyond which columns cannot be told apart.
const mostCondition = 1e8

// solve is least squares for the coefficients in the set; the others are 0. It returns how much of the sum of y x y they explain.
func (e *normal) solve(set int) (found []float64, explained float64, ok bool) {
	var columns []int
	for j, length := range e.lengths {
		if set&(1<<j) != 0 {
			if length == 0 {
				return nil, 0, false
			}
			columns = append(columns, j)
		}
	}
	a, b := mat.NewSymDense(len(columns), nil), mat.NewVecDense(len(columns), nil)
	for i, j := range columns {
		b.SetVec(i, e.right[j]/e.lengths[j])
		for h, k := range columns[:i+1] {
			a.SetSym(i, h, e.products[j][k]/e.lengths[j]/e.lengths[k])
		}
	}
	var factors mat.Cholesky
	var x mat.VecDense
	if !factors.Factorize(a) || factors.Cond() > mostCondition || factors.SolveVecTo(&x, b) != nil {
		return nil, 0, false
	}
	found = make([]float64, len(e.right))
	for i, j := range columns {
		found[j] = x.AtVec(i) / e.lengths[j]
		explained += found[j] * e.right[j]
	}
	return found, explained, true
}

func residuals(rows []row, coefficients []float64) []float64 {
	off := make([]float64, len(rows))
	for i, r := range rows {
		off[i] = r.y
		for j, x := range r.x {
			off[i] -= x * coefficients[j]
		}
	}
	return off
}

func absolute(values []float64) []float64 {
	list := make([]float64, len(values))
	for i, v := range values {
		list[i] = math.Abs(v)
	}
	return list
}

func medianOf(values []float64) float64 { return quantileOf(slices.Sorted(slices.Values(values)), 0.5) }

// quantileOf returns the percentile (unit.Rank) at a share q of sorted values, of which there must be some.
func quantileOf(sorted []float64, q float64) float64 { return sorted[random.Rank(q, len(sorted))-1] }
