package oracle

// triangle is an upper triangular matrix by rows; it may have more columns than rows.
type triangle [][]float64

func newTriangle(rows, columns int) triangle {
	t := make(triangle, rows)
	for i := range t {
		t[i] = make([]float64, columns)
	}
	return t
}

// after returns the row vector x t.
func (t triangle) after(x []float64) []float64 {
	y := make([]float64, len(t[0]))
	for i, row := range t {
		for j := i; j < len(row); j++ {
			y[j] += x[i] * row[j]
		}
	}
	return y
}

// geometric returns (I + t + t^2 + ...) f = (I - t)^-1 f of a square t whose
// diagonal is below 1, by back substitution.
func (t triangle) geometric(f []float64) []float64 {
	x := make([]float64, len(f))
	for i := len(t) - 1; i >= 0; i-- {
		x[i] = f[i]
		for j := i + 1; j < len(t); j++ {
			x[i] += t[i][j] * x[j]
		}
		x[i] /= 1 - t[i][i]
	}
	return x
}

func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}
