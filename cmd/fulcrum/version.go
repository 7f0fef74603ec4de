package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// versionSchema names the form of `fulcrum version -o json`.
const versionSchema = "fulcrum.dev/version/v1alpha1"

// version is what a build knows about itself.
type version struct {
	SchemaVersion string `json:"schemaVersion"`
	Version       string `json:"version"`            // a module version, or "devel"
	Revision      string `json:"revision,omitempty"` // the commit, where the build recorded it
	Modified      bool   `json:"modified,omitempty"` // built from a tree with uncommitted changes
	Go            string `json:"go"`
	Platform      string `json:"platform"` // operating system and architecture: linux/amd64
}

func newVersionCommand(std streams) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of fulcrum and Go, and the platform",
		Example: `  fulcrum version
  fulcrum version -o json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return buildVersion().write(std.out, format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "text", "output format: text or json")
	return cmd
}

// buildVersion is that of this binary.
func buildVersion() version {
	info, ok := debug.ReadBuildInfo()
	if !ok { // Stripped by the linker: say what the runtime knows.
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return versionOf(info)
}

// versionOf reads what the go command has recorded in the binary.
func versionOf(info *debug.BuildInfo) version {
	v := version{
		SchemaVersion: versionSchema,
		Version:       strings.Trim(info.Main.Version, "()"), // "(devel)" for a build inside the tree
		Go:            info.GoVersion,
		Platform:      runtime.GOOS + "/" + runtime.GOARCH,
	}
	if v.Version == "" {
		v.Version = "devel"
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func (v version) write(w io.Writer, format string) error {
	switch format {
	case "text":
		_, err := fmt.Fprintln(w, v)
		return err
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	return fmt.Errorf("--output: expected text or json, got %q", format)
}

// String is one line, to be pasted into a report of a fault.
func (v version) String() string {
	details := []string{}
	if v.Revision != "" {
		details = append(details, "commit "+v.Revision)
	}
	if v.Modified {
		details = append(details, "modified")
	}
	details = append(details, v.Go, v.Platform)
	return fmt.Sprintf("fulcrum %s (%s)", v.Version, strings.Join(details, ", "))
}
