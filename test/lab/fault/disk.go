package fault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Disk mounts an empty file system of a size in bytes, rounded up to pages, on a folder of the sandbox. Its files lie in
// memory. Unmount takes it away with everything on it, also while files are open.
func Disk(folder string, size int64) (unmount func() error, err error) {
	if err := unix.Mount("tmpfs", folder, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%d", size)); err != nil {
		return nil, fmt.Errorf("mounting a file system of %d bytes on %s: %w", size, folder, err)
	}
	return func() error {
		if err := unix.Unmount(folder, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmounting %s: %w", folder, err)
		}
		return nil
	}, nil
}

// Fill takes all that is free of the file system of a folder, so that every further write fails with ENOSPC. It is for
// file systems that Disk made; one of more than limit bytes free is refused.
func Fill(folder string, limit int64) (free func() error, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return nil, fmt.Errorf("filling %s: %w", folder, err)
	}
	if room := int64(s.Bavail) * s.Bsize; room > limit {
		return nil, fmt.Errorf("filling %s: %d bytes are free, more than the limit of %d", folder, room, limit)
	}
	f, err := os.Create(filepath.Join(folder, ".full"))
	if err != nil {
		return nil, fmt.Errorf("filling %s: %w", folder, err)
	}
	page := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(page)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return nil, errors.Join(fmt.Errorf("filling %s: %w", folder, err), f.Close(), os.Remove(f.Name()))
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return func() error { return os.Remove(f.Name()) }, nil
}
