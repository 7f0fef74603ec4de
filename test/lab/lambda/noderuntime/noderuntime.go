// Package noderuntime lets Node handlers run on the Lambda host: it is a client of the Runtime API in JavaScript, for
// functions on a bare image, since Lambda's own Node runtime cannot be had.
//
// In goes a folder, out comes the path of the script there; see [Write]. Run as `node runtime.mjs FILE.EXPORT`, it loads
// the handler FILE from its working directory, in the form that Lambda documents for Node: async, or wrapped by
// awslambda.streamifyResponse for a streamed response. Other scripts import serve from it.
package noderuntime

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed runtime.mjs
var source []byte

// Write puts the script into dir and gives its path.
func Write(dir string) (string, error) {
	path := filepath.Join(dir, "runtime.mjs")
	if err := os.WriteFile(path, source, 0o644); err != nil {
		return "", fmt.Errorf("writing the Node runtime: %w", err)
	}
	return path, nil
}
