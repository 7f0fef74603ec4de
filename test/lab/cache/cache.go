// Package cache finds the folder that the laboratory keeps between runs: what is slow to build, install or generate.
//
// It lies outside the checkout, in the user's cache folder or where FULCRUM_LAB_CACHE says; see [Dir]. Everything in it
// can be made again, so that it may be deleted at any time when no laboratory runs.
package cache

import (
	"fmt"
	"os"
	"path/filepath"
)

// Variable names the environment variable that moves the cache.
const Variable = "FULCRUM_LAB_CACHE"

// Dir makes and gives a subfolder of the cache.
func Dir(name string) (string, error) {
	root := os.Getenv(Variable)
	if root == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("finding the laboratory's cache: %w; set %s to a folder", err, Variable)
		}
		root = filepath.Join(user, "fulcrum-lab")
	}
	dir := filepath.Join(root, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("making the laboratory's cache: %w; set %s to another folder", err, Variable)
	}
	return filepath.Abs(dir)
}
