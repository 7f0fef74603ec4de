package binary

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"time"

	"github.com/gofrs/flock"
)

// program is one that is built from a folder with a go.mod.
type program struct {
	folder      string
	linkerFlags string
	cache       string
	progress    io.Writer
}

func (p *program) name() string { return filepath.Base(p.folder) }

// path returns the path of the binary, which is built if there is none.
func (p *program) path(ctx context.Context) (string, error) {
	key, err := p.key()
	if err != nil {
		return "", fmt.Errorf("reading the source of %s: %w", p.name(), err)
	}
	path := filepath.Join(p.cache, key, p.name())
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("making a folder for the binary of %s: %w", p.name(), err)
	}
	unlock, err := p.lock(ctx, path+".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(path); err == nil {
		return path, nil // somebody else has built it meanwhile
	}
	return path, p.build(ctx, path)
}

// key is a hash of all that the binary is made from.
func (p *program) key() (string, error) {
	files, err := filepath.Glob(filepath.Join(p.folder, "*.go"))
	if err != nil {
		return "", err
	}
	sort.Strings(files)
	files = append(files, filepath.Join(p.folder, "go.mod"), filepath.Join(p.folder, "go.sum"))
	hash := sha256.New()
	fmt.Fprintf(hash, "%s %s %s\n%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, p.linkerFlags)
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n%s", filepath.Base(f), len(content), content)
	}
	return fmt.Sprintf("%s-%x", p.name(), hash.Sum(nil)[:8]), nil
}

// lock waits until no other process builds. The lock ends with the process that holds it, the file stays.
func (p *program) lock(ctx context.Context, file string) (unlock func(), err error) {
	lock := flock.New(file)
	locked, err := lock.TryLock()
	if err == nil && !locked {
		fmt.Fprintf(p.progress, "%s: another process builds the binary; waiting for it since %s\n", p.name(), clock(time.Now()))
		locked, err = lock.TryLockContext(ctx, 200*time.Millisecond)
	}
	if err == nil && !locked {
		err = errors.New("not to be had")
	}
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", file, err)
	}
	return func() { _ = lock.Unlock() }, nil // nothing more is written, and the end of the process unlocks too
}

func clock(t time.Time) string { return t.Format("15:04:05") }
