package cache_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/test/lab/cache"
)

func TestDirFollowsTheVariable(t *testing.T) {
	root := filepath.Join(t.TempDir(), "elsewhere")
	t.Setenv(cache.Variable, root)
	dir, err := cache.Dir("npm")
	if err != nil || dir != filepath.Join(root, "npm") {
		t.Fatalf("got %s, %v", dir, err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Errorf("the folder is not there: %v", err)
	}
}

func TestDirSaysWhatToDo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(cache.Variable, file)
	if _, err := cache.Dir("npm"); err == nil || !strings.Contains(err.Error(), "set "+cache.Variable) {
		t.Errorf("got %v", err)
	}
}
