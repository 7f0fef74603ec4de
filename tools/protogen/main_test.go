package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestGeneratedCodeIsThatOfItsProto: what is committed is what the proto file and the plugins of this module give.
func TestGeneratedCodeIsThatOfItsProto(t *testing.T) {
	const committed, proto = "../../internal/inference", "open_inference_grpc.proto"
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, proto), read(t, committed, proto), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := generate(dir, proto); err != nil {
		t.Fatal(err)
	}
	for _, name := range generated(t, dir) {
		if !bytes.Equal(read(t, dir, name), read(t, committed, name)) {
			t.Errorf("%s is not what %s gives: run go generate ./internal/inference", name, proto)
		}
	}
	if got, want := len(generated(t, committed)), len(generated(t, dir)); got != want || want == 0 {
		t.Errorf("%s has %d generated files, expected %d", committed, got, want)
	}
}

// generated are the names of the generated files of a folder.
func generated(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.pb.go"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	return paths
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
