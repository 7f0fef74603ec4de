package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// writeTable aligns rows of cells; align has l or r for each column.
func writeTable(w io.Writer, align string, rows [][]string) {
	widths := make([]int, len(align))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if align[i] == 'r' {
				cell, pad = pad+cell, ""
			}
			line.WriteString(cell + pad + "  ")
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}
