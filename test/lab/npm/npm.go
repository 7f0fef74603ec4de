// Package npm installs locked sets of Node packages into a cache folder outside the checkout, once for all runs.
//
// In goes a file system with package.json and package-lock.json, out comes a folder with node_modules: see [Install].
// The folder's name is a hash of both files, so that a changed lock is another folder. Install scripts never run.
package npm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"fulcrum.dev/fulcrum/test/lab/cache"
	"fulcrum.dev/fulcrum/test/lab/process"
)

// manifests are the files that say what to install.
var manifests = []string{"package.json", "package-lock.json"}

// Install gives a folder in which the packages that files locks are installed. It asks the registry only if no earlier
// run has, and needs npm in PATH for that.
func Install(ctx context.Context, files fs.FS) (string, error) {
	sum := sha256.New()
	texts := map[string][]byte{}
	for _, name := range manifests {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return "", fmt.Errorf("installing Node packages: %w", err)
		}
		texts[name] = text
		fmt.Fprintf(sum, "%s %d\n", name, len(text))
		sum.Write(text)
	}
	root, err := cache.Dir("npm")
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, hex.EncodeToString(sum.Sum(nil))[:16])
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	return dir, install(ctx, dir, texts)
}

// install fills a temporary folder and renames it, so that dir is whole or absent. The caller holds the lock of dir.
func install(ctx context.Context, dir string, texts map[string][]byte) error {
	work := dir + ".installing"
	if err := os.RemoveAll(work); err != nil { // of a run that was killed
		return fmt.Errorf("installing Node packages: %w", err)
	}
	defer os.RemoveAll(work) // nothing is there any more after the rename
	if err := os.Mkdir(work, 0o755); err != nil {
		return fmt.Errorf("installing Node packages: %w", err)
	}
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(work, name), text, 0o644); err != nil {
			return fmt.Errorf("installing Node packages: %w", err)
		}
	}
	if err := ci(ctx, work); err != nil {
		return err
	}
	if err := os.Rename(work, dir); err != nil {
		return fmt.Errorf("installing Node packages: %w", err)
	}
	return nil
}

// ci runs npm ci in work. What npm says is part of an error.
func ci(ctx context.Context, work string) error {
	output, err := os.Create(filepath.Join(work, "npm.log"))
	if err != nil {
		return fmt.Errorf("installing Node packages: %w", err)
	}
	defer output.Close()
	p, err := process.Start(process.Command{
		Args: []string{"npm", "ci", "--ignore-scripts", "--omit=optional", "--omit=dev", "--no-audit", "--no-fund"},
		Dir:  work, Env: os.Environ(), Stdout: output, Stderr: output,
	})
	if err != nil {
		return fmt.Errorf("installing Node packages: %w; npm must be in PATH", err)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("installing Node packages: %w", ctx.Err())
	}
	if p.Err() == nil {
		return nil
	}
	text, err := os.ReadFile(output.Name())
	if err != nil {
		return fmt.Errorf("installing Node packages with npm ci: %w", p.Err())
	}
	return fmt.Errorf("installing Node packages with npm ci: %w\n%s", p.Err(), text)
}

// lock keeps other runs from installing the same packages at the same time; the kernel lets go of it with the process.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("installing Node packages: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return func() { _ = f.Close() }, nil
}
