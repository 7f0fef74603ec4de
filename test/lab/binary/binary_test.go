package binary

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// hello writes a module and returns the program of it.
func hello(t *testing.T, body string) *program {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "hello")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"go.mod": "module hello\n\ngo 1.26\n", "go.sum": "",
		"main.go": "package main\n\nvar word string\n\nfunc main() { " + body + " }\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return &program{folder: folder, linkerFlags: "-X main.word=linked", cache: t.TempDir(), progress: &bytes.Buffer{}}
}

func TestBuildsOnce(t *testing.T) {
	p := hello(t, "println(word)")
	var group sync.WaitGroup
	paths := make([]string, 4)
	errs := make([]error, len(paths))
	var progress [4]bytes.Buffer
	for i := range paths {
		group.Go(func() {
			q := *p
			q.progress = &progress[i]
			paths[i], errs[i] = q.path(t.Context())
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	built := 0
	for i := range progress {
		built += strings.Count(progress[i].String(), "built in")
		if paths[i] != paths[0] {
			t.Errorf("paths differ: %v", paths)
		}
	}
	if built != 1 {
		t.Errorf("built %d times, want once", built)
	}
	out, err := exec.Command(paths[0]).CombinedOutput()
	if err != nil || string(out) != "linked\n" {
		t.Errorf("it says %q, %v; want the word that was linked in", out, err)
	}
	files, err := os.ReadDir(filepath.Dir(paths[0]))
	if err != nil || len(files) != 2 {
		t.Errorf("files %v, %v; want the binary and its lock alone", files, err)
	}
}

func TestKeyChangesWithSource(t *testing.T) {
	p := hello(t, "println(word)")
	first, err := p.key()
	if err != nil {
		t.Fatal(err)
	}
	p.linkerFlags = "-s"
	second, err := p.key()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.folder, "more.go"), []byte("package main\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	third, err := p.key()
	if err != nil {
		t.Fatal(err)
	}
	if first == second || second == third {
		t.Errorf("keys %s, %s, %s are to differ", first, second, third)
	}
}

func TestFailedBuildSaysWhy(t *testing.T) {
	p := hello(t, "absent()")
	path, err := p.path(t.Context())
	if err == nil || !strings.Contains(err.Error(), "main.go:5:15: undefined: absent") {
		t.Errorf("error %v; want the compiler's", err)
	}
	if _, err := os.Stat(path); path != "" && err == nil {
		t.Errorf("%s was left", path)
	}
}

func TestBuildIsCutShort(t *testing.T) {
	p := hello(t, "println(word)")
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("stopped by a test")
	cancel(cause)
	if _, err := p.path(ctx); !errors.Is(err, context.Canceled) && !errors.Is(err, cause) {
		t.Errorf("error %v, want %v", err, cause)
	}
}

func TestKubernetesVersion(t *testing.T) {
	folder, err := source("controlplane")
	if err != nil {
		t.Fatal(err)
	}
	flags, err := kubernetesVersion(filepath.Join(folder, "go.mod"))
	if err != nil || !strings.Contains(flags, "version.gitVersion=v1.") || !strings.Contains(flags, "version.gitMajor=1 ") {
		t.Errorf("flags %q, %v", flags, err)
	}
}
