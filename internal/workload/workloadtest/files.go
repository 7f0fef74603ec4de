package workloadtest

import (
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const realTraces = "../../../../shared/data/traces"

// OpenReal returns what opens the real traces kept beside the repository, and skips the test where they are absent.
func OpenReal(t testing.TB) func(name string) (io.ReadCloser, error) {
	t.Helper()
	if _, err := os.Stat(realTraces); err != nil {
		t.Skipf("the real traces are not here (%s): they are no part of the repository", realTraces)
	}
	return func(name string) (io.ReadCloser, error) { return os.Open(filepath.Join(realTraces, name)) }
}

// Texts is a set of files in memory.
type Texts map[string]string

// Open opens one of them.
func (f Texts) Open(name string) (io.ReadCloser, error) {
	text, found := f[name]
	if !found {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

// With adds a file to those of f.
func (f Texts) With(name, text string) Texts {
	all := Texts{name: text}
	maps.Copy(all, f)
	return all
}
