package container

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	securejoin "github.com/cyphar/filepath-securejoin"
	"golang.org/x/sys/unix"
)

// A Mount shows a file or folder of the host in the container.
type Mount struct {
	Source, Target string // absolute
	ReadOnly       bool
}

// isolate gives the calling thread a mount and a UTS namespace.
func isolate(hostname string) error {
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_NEWUTS); err != nil {
		return fmt.Errorf("unshare: %w: run as root, or as root of a user namespace", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if hostname == "" {
		return nil
	}
	if err := unix.Sethostname([]byte(hostname)); err != nil {
		return fmt.Errorf("setting the host's name to %q: %w", hostname, err)
	}
	return nil
}

// buildRoot makes a file system out of the host's: each folder of / under a
// writable layer in dir, so that nothing that the process writes outside its volumes reaches the host.
// Those with mounts beneath them (/proc, /dev) are as the host has them.
func buildRoot(dir, root, workingDir string, mounts []Mount) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("tmpfs on %s: %w", root, err)
	}
	entries, err := os.ReadDir("/")
	if err != nil {
		return err
	}
	busy, err := mountedBeneath()
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := addEntry(dir, root, entry, busy[entry.Name()]); err != nil {
			return err
		}
	}
	for _, m := range mounts {
		if err := m.mount(root); err != nil {
			return err
		}
	}
	return makeDir(root, workingDir)
}

// mountedBeneath returns the top folders that are mounts or have mounts beneath them.
func mountedBeneath() (map[string]bool, error) {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	found := map[string]bool{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		// The fifth field is the mount's place (proc_pid_mountinfo(5)).
		if fields := strings.Fields(lines.Text()); len(fields) > 4 {
			top, _, _ := strings.Cut(strings.TrimPrefix(fields[4], "/"), "/")
			found[top] = true
		}
	}
	return found, lines.Err()
}

func addEntry(dir, root string, entry os.DirEntry, busy bool) error {
	source, target := "/"+entry.Name(), filepath.Join(root, entry.Name())
	switch {
	case entry.Type()&os.ModeSymlink != 0:
		link, err := os.Readlink(source)
		if err != nil {
			return err
		}
		return os.Symlink(link, target)
	case entry.IsDir() && !busy:
		return overlay(dir, source, target)
	case entry.IsDir() || entry.Type().IsRegular():
		return Mount{Source: source, Target: source}.mount(root)
	}
	return nil // sockets and devices in / are none of a container's business
}

// overlay shows source at target under a writable layer. Where the source's file system cannot be a lower layer
// it is shown as it is.
func overlay(dir, source, target string) error {
	upper, work := filepath.Join(dir, "upper", source), filepath.Join(dir, "work", source)
	for _, d := range []string{upper, work, target} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	if info, err := os.Stat(source); err == nil {
		if err := os.Chmod(upper, info.Mode()); err != nil { // /tmp is writable for all
			return err
		}
	}
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s,userxattr", source, upper, work)
	if err := unix.Mount("overlay", target, "overlay", 0, options); err == nil {
		return nil
	}
	return bind(source, target, false)
}

// mount binds the source to the target under root, which is made when missing. Links in the target
// are followed within root.
func (m Mount) mount(root string) error {
	info, err := os.Stat(m.Source)
	if err != nil {
		return err
	}
	if info.IsDir() {
		err = makeDir(root, m.Target)
	} else {
		err = makeFile(root, m.Target)
	}
	if err != nil {
		return fmt.Errorf("mount point %s: %w", m.Target, err)
	}
	target, err := securejoin.SecureJoin(root, m.Target)
	if err != nil {
		return fmt.Errorf("mount point %s: %w", m.Target, err)
	}
	return bind(m.Source, target, m.ReadOnly)
}

func bind(source, target string, readOnly bool) error {
	if err := unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("bind %s to %s: %w", source, target, err)
	}
	if !readOnly {
		return nil
	}
	if err := unix.Mount("", target, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		return fmt.Errorf("making %s read-only: %w", target, err)
	}
	return nil
}

func makeDir(root, path string) error {
	target, err := securejoin.SecureJoin(root, path)
	if err != nil {
		return err
	}
	return os.MkdirAll(target, 0o755)
}

func makeFile(root, path string) error {
	if err := makeDir(root, filepath.Dir(path)); err != nil {
		return err
	}
	target, err := securejoin.SecureJoin(root, path)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(target, os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	return file.Close()
}
