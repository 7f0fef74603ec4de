package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	securejoin "github.com/cyphar/filepath-securejoin"
	corev1 "k8s.io/api/core/v1"

	"fulcrum.dev/fulcrum/test/lab/node/internal/container"
)

// volumes are those of one pod, a folder each.
type volumes struct {
	dir    string
	tokens tokens
}

func (v *volumes) path(volume *corev1.Volume) string {
	if volume.HostPath != nil {
		return volume.HostPath.Path
	}
	return filepath.Join(v.dir, volume.Name)
}

// setUp makes all volumes, or brings them up to date. It may be repeated after an error.
func (v *volumes) setUp(ctx context.Context, e environment) error {
	for i := range e.pod.Spec.Volumes {
		volume := &e.pod.Spec.Volumes[i]
		if err := v.setUpOne(ctx, e, volume); err != nil {
			return fmt.Errorf("MountVolume.SetUp failed for volume %q : %w", volume.Name, err)
		}
	}
	return nil
}

func (v *volumes) setUpOne(ctx context.Context, e environment, volume *corev1.Volume) error {
	path := v.path(volume)
	switch {
	case volume.EmptyDir != nil:
		if err := os.MkdirAll(path, 0o755); err != nil {
			return err
		}
		return os.Chmod(path, 0o777)
	case volume.HostPath != nil:
		return v.hostPath(volume.HostPath)
	}
	files, err := v.files(ctx, e, volume)
	if err != nil {
		return err
	}
	return files.publish(path)
}

func (v *volumes) hostPath(source *corev1.HostPathVolumeSource) error {
	if source.Type != nil && *source.Type == corev1.HostPathDirectoryOrCreate {
		return os.MkdirAll(source.Path, 0o755)
	}
	_, err := os.Stat(source.Path)
	return err
}

// files returns what a volume of data holds.
func (v *volumes) files(ctx context.Context, e environment, volume *corev1.Volume) (payload, error) {
	files := payload{}
	var err error
	switch source := volume.VolumeSource; {
	case source.ConfigMap != nil:
		s := source.ConfigMap
		data, failure := e.configMap(ctx, s.Name)
		err = files.add(data, failure, "configmap", s.Items, s.DefaultMode, s.Optional)
	case source.Secret != nil:
		s := source.Secret
		data, failure := e.secret(ctx, s.SecretName)
		err = files.add(data, failure, "secret", s.Items, s.DefaultMode, s.Optional)
	case source.DownwardAPI != nil:
		err = files.addFields(e, source.DownwardAPI.Items, source.DownwardAPI.DefaultMode)
	case source.Projected != nil:
		for i := range source.Projected.Sources {
			if err = v.project(ctx, e, files, &source.Projected.Sources[i], source.Projected.DefaultMode); err != nil {
				return nil, err
			}
		}
	default:
		err = errors.New("kind of volume not supported: expected emptyDir, configMap, secret, downwardAPI, projected or hostPath")
	}
	return files, err
}

func (v *volumes) project(ctx context.Context, e environment, files payload, source *corev1.VolumeProjection, mode *int32) error {
	switch {
	case source.ConfigMap != nil:
		data, err := e.configMap(ctx, source.ConfigMap.Name)
		return files.add(data, err, "configmap", source.ConfigMap.Items, mode, source.ConfigMap.Optional)
	case source.Secret != nil:
		data, err := e.secret(ctx, source.Secret.Name)
		return files.add(data, err, "secret", source.Secret.Items, mode, source.Secret.Optional)
	case source.DownwardAPI != nil:
		return files.addFields(e, source.DownwardAPI.Items, mode)
	case source.ServiceAccountToken != nil:
		token, err := v.tokens.get(ctx, e, source.ServiceAccountToken)
		if err != nil {
			return fmt.Errorf("failed to fetch token: %w", err)
		}
		files[source.ServiceAccountToken.Path] = file{data: []byte(token), mode: modeOf(nil, mode)}
		return nil
	}
	return errors.New("kind of projection not supported: expected configMap, secret, downwardAPI or serviceAccountToken")
}

// mounts returns where a container sees its volumes.
func (v *volumes) mounts(pod *corev1.Pod, c *corev1.Container, values map[string]string) ([]container.Mount, error) {
	byName := map[string]*corev1.Volume{}
	for i := range pod.Spec.Volumes {
		byName[pod.Spec.Volumes[i].Name] = &pod.Spec.Volumes[i]
	}
	var mounts []container.Mount
	for _, m := range c.VolumeMounts {
		volume := byName[m.Name]
		if volume == nil {
			return nil, fmt.Errorf("volumeMount %q: the pod has no such volume", m.Name)
		}
		source, err := v.source(volume, m, values)
		if err != nil {
			return nil, fmt.Errorf("volumeMount %q: %w", m.Name, err)
		}
		data := volume.EmptyDir == nil && volume.HostPath == nil // written by the node alone
		mounts = append(mounts, container.Mount{Source: source, Target: filepath.Join("/", m.MountPath), ReadOnly: m.ReadOnly || data})
	}
	return mounts, nil
}

// source returns the volume's folder, or the part of it that subPath names.
func (v *volumes) source(volume *corev1.Volume, m corev1.VolumeMount, values map[string]string) (string, error) {
	path, part := v.path(volume), m.SubPath
	if m.SubPathExpr != "" {
		part = expand(m.SubPathExpr, values)
	}
	if part == "" {
		return path, nil
	}
	source, err := securejoin.SecureJoin(path, part)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(source); errors.Is(err, os.ErrNotExist) && volume.EmptyDir != nil {
		return source, os.MkdirAll(source, 0o777)
	}
	return source, nil
}
