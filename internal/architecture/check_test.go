package architecture_test

import (
	"maps"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/architecture"
)

const module = "example.com/m"

var rows = []architecture.Row{
	{Dir: "base", Pure: true},
	{Dir: "middle", Pure: true},
	{Dir: "core", Pure: true},
	{Dir: "engine", Pure: true, Formatless: true},
	{Dir: "store"},
	{Dir: "page", Pure: true},
	{Dir: "cmd/tool"},
}

// sound is a tree that keeps every rule of rows.
func sound() fstest.MapFS {
	return source(map[string]string{
		"base/base.go":   "// Package base is the base.\npackage base\n",
		"middle/doc.go":  "// Package middle is in the middle.\npackage middle\n",
		"middle/use.go":  "package middle\nimport _ \"example.com/m/base\"\n",
		"core/core.go":   "// Package core is in the engine.\npackage core\n",
		"engine/run.go":  "// Package engine runs.\npackage engine\nimport _ \"example.com/m/core\"\n",
		"store/store.go": "// Package store keeps files.\npackage store\nimport _ \"os\"\n",
		"page/page.go":   "// Package page is a page.\npackage page\nimport _ \"encoding/json\"\n",
		"cmd/tool/go.go": "// Command tool is a tool.\npackage main\nimport (\n_ \"example.com/m/middle\"\n\"os\"\n\"time\"\n)\nvar _, _ = os.Args, time.Now\n",
	})
}

func source(files map[string]string) fstest.MapFS {
	tree := make(fstest.MapFS, len(files))
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree
}

func TestCheck(t *testing.T) {
	const (
		clock  = ": take it as a parameter"
		effect = ": take a reader, a time or a seed as a parameter"
		format = ", which reads or writes a file format"

		formatless = "; engine depends on this package and must know no file format"
	)
	tests := []struct {
		name string
		add  map[string]string // files on top of the sound tree
		drop string            // a file to remove from it
		want []string
	}{
		{name: "sound"},
		{
			name: "import of a row below",
			add:  map[string]string{"base/up.go": "package base\n\nimport _ \"example.com/m/middle\"\n"},
			want: []string{"base/up.go:3: imports middle, which is not above base in the table"},
		},
		{
			name: "import of a row below in a test",
			add:  map[string]string{"base/up_test.go": "package base_test\nimport _ \"example.com/m/middle\"\n"},
			want: []string{"base/up_test.go:2: imports middle, which is not above base in the table"},
		},
		{
			name: "external test imports what it tests",
			add:  map[string]string{"base/base_test.go": "package base_test\nimport _ \"example.com/m/base\"\n"},
		},
		{
			name: "import of a package in no row",
			add:  map[string]string{"base/up.go": "package base\nimport _ \"example.com/m/helpers\"\n"},
			want: []string{"base/up.go:2: imports helpers, which is in no row"},
		},
		{
			name: "import of the module's root",
			add:  map[string]string{"base/up.go": "package base\nimport _ \"example.com/m\"\n"},
			want: []string{"base/up.go:2: imports ., which is in no row"},
		},
		{
			name: "another module whose path begins alike",
			add:  map[string]string{"base/up.go": "package base\nimport _ \"example.com/m2/middle\"\n"},
		},
		{
			name: "folder in no row",
			add:  map[string]string{"helpers/h.go": "// Package helpers helps.\npackage helpers\n"},
			want: []string{"helpers: folder with Go files is in no row: add it to the table in house.go"},
		},
		{
			name: "Go file at the root",
			add:  map[string]string{"root.go": "// Package m is here.\npackage m\n"},
			want: []string{".: folder with Go files is in no row: add it to the table in house.go"},
		},
		{
			name: "folders that the go command leaves out",
			add: map[string]string{
				"base/testdata/x.go": "package x\n", "tools/go.mod": "module tools\n", "tools/x.go": "package x\n",
				".hidden/x.go": "package x\n", "_old/x.go": "package x\n", "docs/readme.md": "no Go\n", "base/_x.go": "not Go",
			},
		},
		{
			name: "row without a folder",
			drop: "base/base.go",
			want: []string{
				"base: row has no folder with Go files: remove it from the table in house.go",
			},
		},
		{
			name: "no package comment",
			drop: "middle/doc.go",
			want: []string{"middle: package has no package comment: say what it is, what goes in and what comes out"},
		},
		{
			name: "a comment in a test file is none, nor is a directive",
			drop: "middle/doc.go",
			add: map[string]string{
				"middle/use_test.go": "// Package middle is tested.\npackage middle\n",
				"middle/gen.go":      "//go:generate true\npackage middle\n",
			},
			want: []string{"middle: package has no package comment: say what it is, what goes in and what comes out"},
		},
		{
			name: "impure imports",
			add: map[string]string{
				"base/x.go": "package base\nimport (\n\"os\"\n\"os/exec\"\n\"net\"\n\"net/http\"\nl \"log\"\n_ \"log/slog\"\n\"io/ioutil\"\n\"syscall\"\n\"math/rand\"\n\"crypto/rand\"\n)\n",
			},
			want: []string{
				"base/x.go:3: pure package imports os" + effect,
				"base/x.go:4: pure package imports os/exec" + effect,
				"base/x.go:5: pure package imports net" + effect,
				"base/x.go:6: pure package imports net/http" + effect,
				"base/x.go:7: pure package imports log" + effect,
				"base/x.go:8: pure package imports log/slog" + effect,
				"base/x.go:9: pure package imports io/ioutil" + effect,
				"base/x.go:10: pure package imports syscall" + effect,
				"base/x.go:11: pure package imports math/rand" + effect,
				"base/x.go:12: pure package imports crypto/rand" + effect,
			},
		},
		{
			name: "pure imports",
			add:  map[string]string{"base/x.go": "package base\nimport (\n_ \"embed\"\n_ \"io/fs\"\n_ \"net/url\"\n_ \"math/rand/v2\"\n_ \"example.org/os\"\n_ \"osmosis\"\n)\n"},
		},
		{
			name: "impure behind a build constraint",
			add:  map[string]string{"base/x_windows.go": "//go:build never\n\npackage base\n\nimport _ \"os\"\n"},
			want: []string{"base/x_windows.go:5: pure package imports os" + effect},
		},
		{
			name: "impure processes, sockets and clients",
			add: map[string]string{
				"page/x.go": "package page\nimport (\n\"plugin\"\n\"crypto/tls\"\n\"os/signal\"\n\"net/rpc\"\n\"google.golang.org/grpc/codes\"\n\"k8s.io/client-go/rest\"\n\"google.golang.org/grpcweb\"\n)\n",
			},
			want: []string{
				"page/x.go:3: pure package imports plugin" + effect,
				"page/x.go:4: pure package imports crypto/tls" + effect,
				"page/x.go:5: pure package imports os/signal" + effect,
				"page/x.go:6: pure package imports net/rpc" + effect,
				"page/x.go:7: pure package imports google.golang.org/grpc/codes" + effect,
				"page/x.go:8: pure package imports k8s.io/client-go/rest" + effect,
			},
		},
		{
			name: "pure package imports one that is not",
			add:  map[string]string{"page/x.go": "package page\nimport (\n_ \"example.com/m/base\"\n_ \"example.com/m/store\"\n)\n"},
			want: []string{"page/x.go:4: pure package imports store, which is not pure: move what both need to a pure package"},
		},
		{
			name: "test of a pure package imports one that is not",
			add:  map[string]string{"page/x_test.go": "package page\nimport _ \"example.com/m/store\"\n"},
		},
		{
			name: "formats in a formatless package",
			add: map[string]string{
				"engine/x.go": "package engine\nimport (\n\"encoding\"\n\"encoding/binary\"\n\"encoding/json\"\n\"compress/gzip\"\n\"gonum.org/v1/gonum/stat\"\n\"example.org/yaml\"\n)\n",
			},
			want: []string{
				"engine/x.go:5: imports encoding/json" + format + formatless,
				"engine/x.go:6: imports compress/gzip" + format + formatless,
				"engine/x.go:8: imports example.org/yaml, which is in no module of formatlessModules" + formatless,
			},
		},
		{
			name: "formats in what a formatless package depends on, said once",
			add: map[string]string{
				"middle/x.go": "package middle\nimport _ \"encoding/csv\"\n",
				"engine/x.go": "package engine\nimport _ \"example.com/m/middle\"\n",
				"engine/y.go": "package engine\nimport _ \"example.com/m/middle\"\n",
				"core/x.go":   "package core\nimport _ \"example.org/zip\"\n",
			},
			want: []string{
				"core/x.go:2: imports example.org/zip, which is in no module of formatlessModules" + formatless,
				"middle/x.go:2: imports encoding/csv" + format + formatless,
			},
		},
		{
			name: "formats elsewhere, and in tests of a formatless package",
			add: map[string]string{
				"middle/x.go":      "package middle\nimport _ \"encoding/csv\"\n",
				"engine/x_test.go": "package engine\nimport (\n_ \"encoding/json\"\n_ \"example.com/m/middle\"\n)\n",
				"core/x_test.go":   "package core\nimport _ \"encoding/json\"\n",
			},
		},
		{
			name: "impure test of a pure package",
			add:  map[string]string{"base/x_test.go": "package base\nimport (\n\"os\"\n\"time\"\n)\nvar _, _ = os.Args, time.Now()\n"},
		},
		{
			name: "wall clock",
			add: map[string]string{
				"base/x.go": "package base\nimport \"time\"\nfunc f() {\n_ = time.Now()\n_ = time.Since(time.Time{})\ntime.Sleep(1)\n<-time.After(1)\n_ = time.Tick(1)\n_ = time.NewTimer(1)\n_ = time.NewTicker(1)\n_, _ = time.LoadLocation(time.Local.String())\n}\n",
			},
			want: []string{
				"base/x.go:4: pure package uses time.Now" + clock,
				"base/x.go:5: pure package uses time.Since" + clock,
				"base/x.go:6: pure package uses time.Sleep" + clock,
				"base/x.go:7: pure package uses time.After" + clock,
				"base/x.go:8: pure package uses time.Tick" + clock,
				"base/x.go:9: pure package uses time.NewTimer" + clock,
				"base/x.go:10: pure package uses time.NewTicker" + clock,
				"base/x.go:11: pure package uses time.LoadLocation" + clock,
				"base/x.go:11: pure package uses time.Local" + clock,
			},
		},
		{
			name: "wall clock under another name, as a value",
			add:  map[string]string{"base/x.go": "package base\nimport clock \"time\"\nvar now = clock.Now\n"},
			want: []string{"base/x.go:3: pure package uses time.Now" + clock},
		},
		{
			name: "dot import of the clock",
			add:  map[string]string{"base/x.go": "package base\nimport . \"time\"\nvar now = Now\n"},
			want: []string{"base/x.go:2: pure package dot-imports time, which hides Now, Since, Until, Sleep, After, AfterFunc, Tick, NewTimer, NewTicker, Local, LoadLocation"},
		},
		{
			name: "durations are no clock, and other packages have a Now too",
			add:  map[string]string{"base/x.go": "package base\nimport (\n\"time\"\nsim \"example.org/time\"\n)\nvar _, _ = 3*time.Second, sim.Now()\n"},
		},
		{
			name: "global random source",
			add:  map[string]string{"base/x.go": "package base\nimport \"math/rand/v2\"\nvar _ = rand.IntN(3)\nvar _ = rand.New(rand.NewPCG(1, 2)).IntN(3)\n"},
			want: []string{"base/x.go:3: pure package uses math/rand/v2.IntN" + clock},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tree := sound()
			delete(tree, tt.drop)
			maps.Copy(tree, source(tt.add))
			violations, err := architecture.Check(tree, module, rows)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range violations {
				got = append(got, v.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckReportsSourceThatDoesNotParse(t *testing.T) {
	tree := sound()
	tree["base/x.go"] = &fstest.MapFile{Data: []byte("package base\nfunc {\n")}
	if _, err := architecture.Check(tree, module, rows); err == nil {
		t.Error("no error for a file that does not parse")
	}
}

// TestCheckOfTestHelpers: a package's external tests may import what helps to test it, which imports the package; the package may not.
func TestCheckOfTestHelpers(t *testing.T) {
	tree := source(map[string]string{
		"base/base.go":          "// Package base is the base.\npackage base\n",
		"base/base_test.go":     "package base_test\nimport _ \"example.com/m/base/basetest\"\n",
		"base/basetest/help.go": "// Package basetest helps to test base.\npackage basetest\nimport _ \"example.com/m/base\"\n",
	})
	house := []architecture.Row{{Dir: "base"}, {Dir: "base/basetest"}}
	if violations, err := architecture.Check(tree, module, house); err != nil || len(violations) > 0 {
		t.Errorf("violations %v, %v", violations, err)
	}
	tree["base/base.go"].Data = []byte("// Package base is the base.\npackage base\nimport _ \"example.com/m/base/basetest\"\n")
	violations, err := architecture.Check(tree, module, house)
	if want := "base/base.go:3: imports base/basetest, which is not above base in the table"; err != nil || len(violations) != 1 || violations[0].String() != want {
		t.Errorf("violations %v, %v; want %s", violations, err, want)
	}
}
