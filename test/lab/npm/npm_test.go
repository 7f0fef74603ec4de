package npm_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"fulcrum.dev/fulcrum/test/lab/cache"
	"fulcrum.dev/fulcrum/test/lab/npm"
)

func requireNPM(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skipf("skipped: %v", err)
	}
}

// files lock nothing but a package of their own, so that no registry is asked.
func files(lock string) fstest.MapFS {
	return fstest.MapFS{
		"package.json":      {Data: []byte(`{"name":"own","version":"1.0.0","private":true,"dependencies":{}}`)},
		"package-lock.json": {Data: []byte(lock)},
	}
}

const lock = `{"name":"own","version":"1.0.0","lockfileVersion":3,"requires":true,"packages":{"":{"name":"own","version":"1.0.0"}}}`

func TestInstallIsKept(t *testing.T) {
	requireNPM(t)
	t.Setenv(cache.Variable, t.TempDir())
	one, err := npm.Install(t.Context(), files(lock))
	if err != nil {
		t.Fatal(err)
	}
	mark := filepath.Join(one, "mark")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	two, err := npm.Install(t.Context(), files(lock))
	if err != nil || two != one {
		t.Errorf("got %s, then %s, %v", one, two, err)
	}
	if _, err := os.Stat(mark); err != nil {
		t.Error("the second call installed again")
	}
	other, err := npm.Install(t.Context(), files(strings.Replace(lock, `"requires":true`, `"requires": true`, 1)))
	if err != nil || other == one {
		t.Errorf("another lock gave %s too, %v", other, err)
	}
}

func TestFailedInstallLeavesNothing(t *testing.T) {
	requireNPM(t)
	root := t.TempDir()
	t.Setenv(cache.Variable, root)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, install := range map[string]func() (string, error){
		"a broken lock": func() (string, error) { return npm.Install(t.Context(), files("no JSON")) },
		"no files":      func() (string, error) { return npm.Install(t.Context(), fstest.MapFS{}) },
		"cancelled":     func() (string, error) { return npm.Install(cancelled, files(lock)) },
	} {
		if _, err := install(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	left, err := filepath.Glob(filepath.Join(root, "npm", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if filepath.Ext(path) != ".lock" {
			t.Errorf("%s is left", path)
		}
	}
}
