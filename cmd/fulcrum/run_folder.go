package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// explainRun says what was expected where a run could not be opened because there is none; other errors stay as they are.
func explainRun(dir string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
		return err
	}
	return fmt.Errorf("%s: expected a folder that fulcrum bench --out wrote, which has a %s: %s", dir, recordsFile, insteadOfRun(dir))
}

// insteadOfRun says what is in the place of a run, and which one may be meant.
func insteadOfRun(dir string) string {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such folder"
	case err != nil:
		return err.Error()
	case !info.IsDir() && filepath.Base(dir) == recordsFile:
		return "it is the file itself: give its folder, " + filepath.Dir(dir)
	case !info.IsDir():
		return "it is a file"
	}
	if step := stepWithin(dir); step != "" {
		return "it has none, but folders in it have, such as the steps of bench saturate (TARGET/STEP): give one of them, such as " + step
	}
	return "it has none"
}

// stepWithin is the first run one or two folders below, as bench saturate --out keeps them; "" is none.
func stepWithin(dir string) string {
	for _, pattern := range []string{"*/*/", "*/"} {
		found, err := fs.Glob(os.DirFS(dir), pattern+recordsFile)
		if err == nil && len(found) > 0 { // sorted
			return filepath.Join(dir, filepath.Dir(found[0]))
		}
	}
	return ""
}
