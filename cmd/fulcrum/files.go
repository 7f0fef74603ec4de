package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// openBeside opens files by names that are relative to another file.
func openBeside(path string) rows.Opener {
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
		var failed *fs.PathError // of the temporary file, which nobody asked for
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return fmt.Errorf("writing %s: %w", path, err)
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

// checkPage refuses to replace a file that is no page: most likely it is another file of the user's, such as the suite.
func checkPage(path string) error {
	if path == "" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil // not there; whatever else it is, writing tells
	}
	defer f.Close()
	const begin = "<!doctype html>"
	head := make([]byte, len(begin))
	if n, _ := io.ReadFull(f, head); n > 0 && !strings.EqualFold(string(head[:n]), begin) {
		return fmt.Errorf("--html: %s is there and no page: name another file", path)
	}
	return nil
}
