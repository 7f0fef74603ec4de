// Package binary builds programs for the laboratory, those that take long once, and keeps them in a cache folder outside of
// the checkout.
//
// In goes the source of a program: a Go module in a folder of test/lab. Out comes the path of its binary, in a folder
// named after a hash of all that it is made from, so that a change of source, dependencies or Go makes another one.
// Several processes may ask at once; one builds and the others wait. Start at ControlPlane. The program under test is built
// anew each time: see BuildFulcrum.
package binary

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// CacheVariable is the environment variable that overrides the cache folder, fulcrum-lab in the user's own.
const CacheVariable = "FULCRUM_LAB_CACHE"

// Build builds what a laboratory needs and the cache lacks. It is for sandbox.Main and sandbox.Options.Prepare, as
// there is no way to the module proxy inside.
func Build(ctx context.Context) error {
	_, err := ControlPlane(ctx)
	return err
}

// ControlPlane returns the path of the binary of etcd, kube-apiserver, kube-scheduler and kube-controller-manager,
// which its first argument chooses between. It takes about ten minutes on two cores where the cache has none.
func ControlPlane(ctx context.Context) (string, error) {
	folder, err := source("controlplane")
	if err != nil {
		return "", err
	}
	flags, err := kubernetesVersion(filepath.Join(folder, "go.mod"))
	if err != nil {
		return "", err
	}
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	return (&program{folder: folder, linkerFlags: flags, cache: cache, progress: os.Stderr}).path(ctx)
}

// source finds a folder of test/lab from where this file was compiled.
func source(name string) (string, error) {
	_, file, _, _ := runtime.Caller(0)
	folder := filepath.Join(filepath.Dir(filepath.Dir(file)), name)
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err != nil {
		return "", fmt.Errorf("finding the source of %s: %w; run this from a checkout of the repository, built without -trimpath", name, err)
	}
	return folder, nil
}

// cacheFolder is where binaries are kept.
func cacheFolder() (string, error) {
	if folder := os.Getenv(CacheVariable); folder != "" {
		return filepath.Abs(folder)
	}
	folder, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding a folder to keep binaries in: %w; or set %s", err, CacheVariable)
	}
	return filepath.Join(folder, "fulcrum-lab"), nil
}
