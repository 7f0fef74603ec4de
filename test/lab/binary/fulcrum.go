package binary

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// fulcrum is the program itself, one binary for each checkout: the go command knows best what has changed since.
func fulcrum() (p *program, path string, err error) {
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(file), "..", "..", "..")
	p = &program{folder: filepath.Join(root, "cmd", "fulcrum"), progress: io.Discard}
	if _, err := os.Stat(p.folder); err != nil {
		return nil, "", fmt.Errorf("finding the source of fulcrum: %w; run this from a checkout of the repository, built without -trimpath", err)
	}
	cache, err := cacheFolder()
	return p, filepath.Join(cache, "fulcrum-"+hashOf(root), p.name()), err
}

// Fulcrum is where BuildFulcrum puts the program of this checkout.
func Fulcrum() (string, error) {
	_, path, err := fulcrum()
	return path, err
}

// BuildFulcrum builds the program of this checkout anew.
func BuildFulcrum(ctx context.Context) error {
	p, path, err := fulcrum()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("making a folder for the binary of %s: %w", p.name(), err)
	}
	unlock, err := p.lock(ctx, path+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	return p.build(ctx, path)
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
