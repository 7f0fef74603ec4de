package calibrate

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// spearman is the rank correlation of x and y, where equal values share their mean rank; 0 where one of them is constant.
func spearman(x, y []float64) float64 {
	rx, ry := ranks(x), ranks(y)
	if stat.Variance(rx, nil) == 0 || stat.Variance(ry, nil) == 0 {
		return 0
	}
	return stat.Correlation(rx, ry, nil)
}

func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	list := make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			list[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return list
}
