package main

import (
	"errors"
	"fmt"
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

// isFolder reports whether there is a folder of that name.
func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// replaceFile writes a file beside its place and moves it there when it is
// complete, so that nobody ever reads half of it.
//
// Errors: a place that is not a file, one that cannot be written beside, those of write.
func replaceFile(path string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("writing %s: expected a file", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
