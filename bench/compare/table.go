package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// table collects figures of several runs.
type table struct {
	tools []tool
	names []string // of the rows, in order
	rows  map[string]map[string][]float64
}

func (t *table) add(row string, of tool, x float64) {
	if t.rows == nil {
		t.rows = map[string]map[string][]float64{}
	}
	if t.rows[row] == nil {
		t.rows[row] = map[string][]float64{}
		t.names = append(t.names, row)
	}
	t.rows[row][of.name] = append(t.rows[row][of.name], x)
}

// write prints the medians in Markdown, with the smallest and the largest value in brackets.
func (t *table) write(w io.Writer) {
	head, rule := []string{""}, []string{"---"}
	for _, tool := range t.tools {
		head, rule = append(head, tool.name), append(rule, "---:")
	}
	fmt.Fprintf(w, "| %s |\n| %s |\n", strings.Join(head, " | "), strings.Join(rule, " | "))
	for _, name := range t.names {
		cells := []string{name}
		for _, tool := range t.tools {
			xs := t.rows[name][tool.name]
			if len(xs) == 0 {
				cells = append(cells, "-")
				continue
			}
			cells = append(cells, fmt.Sprintf("%s [%s, %s]", figure(quantile(xs, 0.5)), figure(slices.Min(xs)), figure(slices.Max(xs))))
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
}

// figure writes three digits.
func figure(x float64) string {
	if math.Abs(x) >= 100 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// quantile returns the smallest value that at least the share q of all does not exceed; NaN of none.
func quantile(xs []float64, q float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(xs))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}
