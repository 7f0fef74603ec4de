package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"fulcrum.dev/fulcrum/internal/report"
)

// The forms of the output that commands share.
var (
	recordForms = []string{"text", "json", "yaml"}
	pageForms   = []string{"text", "json", "yaml", "markdown"}
	tableForms  = []string{"text", "json", "yaml", "csv", "markdown"}
	planForms   = []string{"text", "wide", "json", "yaml", "csv", "markdown"}
)

// orList writes forms for people: "text, json or yaml".
func orList(forms []string) string {
	last := len(forms) - 1
	return strings.Join(forms[:last], ", ") + " or " + forms[last]
}

// checkOutput refuses a form of the output that a command does not have.
func checkOutput(output string, forms []string) error {
	if !slices.Contains(forms, output) {
		return fmt.Errorf("--output: expected %s, got %q", orList(forms), output)
	}
	return nil
}

// isRecord reports whether a form is for programs.
func isRecord(output string) bool { return output == "json" || output == "yaml" }

// writeRecord writes a record in a form for programs.
func writeRecord(w io.Writer, output string, record any) error {
	if output == "yaml" {
		return report.YAML(w, record)
	}
	return report.JSON(w, record)
}

// isTable reports whether a form is the main table alone.
func isTable(output string) bool { return output == "csv" || output == "markdown" }

// writeTable writes the main table of a command in such a form, or as text.
func writeTable(w io.Writer, output string, t report.Table) error {
	switch output {
	case "csv":
		return t.CSV(w)
	case "markdown":
		return t.Markdown(w)
	}
	return t.Text(w, "", terminalWidth(w))
}

// terminalWidth is what COLUMNS says, or else the width of the terminal; 0 is none.
func terminalWidth(w io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// styleOf is how text for people is written to a stream.
func styleOf(w io.Writer) report.Style {
	return report.Style{Color: isColorful(w), Width: terminalWidth(w)}
}
