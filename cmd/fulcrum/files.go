package main

import (
	"io"
	"os"
	"path/filepath"

	"fulcrum.dev/fulcrum/internal/workload"
)

// openBeside opens files by names that are relative to another file.
func openBeside(path string) workload.Opener {
	dir := filepath.Dir(path)
	return func(name string) (io.ReadCloser, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return os.Open(name)
	}
}
