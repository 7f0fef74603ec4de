package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether a stream is a terminal that can move its cursor.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// isColorful reports whether to colour the output: on a terminal, unless NO_COLOR is set (no-color.org).
func isColorful(w io.Writer) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }
