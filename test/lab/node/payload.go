package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	dataLink    = "..data" // names the folder that holds the files, as the kubelet's volumes do
	defaultMode = 0o644
)

// A payload is the files of a volume by their paths.
type payload map[string]file

type file struct {
	data []byte
	mode fs.FileMode
}

func modeOf(item, volume *int32) fs.FileMode {
	for _, mode := range []*int32{item, volume} {
		if mode != nil {
			return fs.FileMode(*mode).Perm()
		}
	}
	return defaultMode
}

// add takes all keys of a config map or secret, or those of the items. The error is that of reading it.
func (p payload) add(data map[string][]byte, err error, kind string, items []corev1.KeyToPath, mode *int32, optional *bool) error {
	if forgiven(err, optional) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(items) == 0 {
		for key, value := range data {
			p[key] = file{data: value, mode: modeOf(nil, mode)}
		}
		return nil
	}
	for _, item := range items {
		value, found := data[item.Key]
		if !found && (optional == nil || !*optional) {
			return fmt.Errorf("%s references non-existent config key: %s", kind, item.Key)
		}
		if found {
			p[item.Path] = file{data: value, mode: modeOf(item.Mode, mode)}
		}
	}
	return nil
}

// addFields takes fields of the pod and resources of its containers.
func (p payload) addFields(e environment, items []corev1.DownwardAPIVolumeFile, mode *int32) error {
	for _, item := range items {
		var (
			text string
			err  error
		)
		if item.FieldRef != nil {
			text, err = e.field(item.FieldRef.FieldPath)
		} else if item.ResourceFieldRef != nil && len(e.pod.Spec.Containers) > 0 {
			text, err = e.resource(&e.pod.Spec.Containers[0], item.ResourceFieldRef)
		}
		if err != nil {
			return err
		}
		p[item.Path] = file{data: []byte(text), mode: modeOf(item.Mode, mode)}
	}
	return nil
}

// publish makes the folder hold these files and no others, at one stroke: readers see the old ones or the new
// ones. Each is a link into the folder that ..data names, which is replaced.
func (p payload) publish(dir string) error {
	if p.equal(dir) {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	version, err := os.MkdirTemp(dir, "..version-")
	if err != nil {
		return err
	}
	if err := p.write(version); err != nil {
		return errors.Join(err, os.RemoveAll(version))
	}
	old, err := os.Readlink(filepath.Join(dir, dataLink))
	if err != nil {
		old = ""
	}
	if err := replaceLink(dir, dataLink, filepath.Base(version)); err != nil {
		return err
	}
	if err := p.link(dir); err != nil {
		return err
	}
	if old != "" {
		return os.RemoveAll(filepath.Join(dir, old))
	}
	return nil
}

// equal says whether the folder holds the payload already.
func (p payload) equal(dir string) bool {
	found := 0
	err := filepath.WalkDir(filepath.Join(dir, dataLink)+"/", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		found++
		return nil
	})
	if err != nil || found != len(p) {
		return false
	}
	for path, f := range p {
		if data, err := os.ReadFile(filepath.Join(dir, dataLink, path)); err != nil || string(data) != string(f.data) {
			return false
		}
	}
	return true
}

func (p payload) write(dir string) error {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	for path, f := range p {
		if !filepath.IsLocal(path) {
			return fmt.Errorf("path %q leaves the volume", path)
		}
		target := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, f.data, f.mode); err != nil {
			return err
		}
		if err := os.Chmod(target, f.mode); err != nil { // whatever the umask is
			return err
		}
	}
	return nil
}

// link makes what users see: a link for each first part of a path.
func (p payload) link(dir string) error {
	tops := map[string]bool{}
	for path := range p {
		top, _, _ := strings.Cut(path, "/")
		tops[top] = true
		if err := replaceLink(dir, top, filepath.Join(dataLink, top)); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasPrefix(name, "..") && !tops[name] {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func replaceLink(dir, name, to string) error {
	fresh := filepath.Join(dir, "..new")
	if err := os.Symlink(to, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, filepath.Join(dir, name))
}
