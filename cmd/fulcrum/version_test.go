package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	tests := []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{
			name: "installed by version",
			info: debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.3"}},
			want: "fulcrum v1.2.3 (go1.26.0, " + platform + ")",
		},
		{
			name: "built inside the tree, without version control",
			info: debug.BuildInfo{GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"}},
			want: "fulcrum devel (go1.26.0, " + platform + ")",
		},
		{
			name: "no module version at all",
			info: debug.BuildInfo{GoVersion: "go1.26.0"},
			want: "fulcrum devel (go1.26.0, " + platform + ")",
		},
		{
			name: "built from a commit with changes on top",
			info: debug.BuildInfo{
				GoVersion: "go1.26.0",
				Main:      debug.Module{Version: "v1.2.4-0.20260102030405-0123456789ab+dirty"},
				Settings:  []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}},
			},
			want: "fulcrum v1.2.4-0.20260102030405-0123456789ab+dirty (commit 0123456789abcdef, modified, go1.26.0, " + platform + ")",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := versionOf(&tt.info).String(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
