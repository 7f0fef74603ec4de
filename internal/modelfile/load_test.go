package modelfile

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
	"github.com/google/go-cmp/cmp"

	sigsyaml "sigs.k8s.io/yaml"
)

var update = flag.Bool("update", false, "rewrite the golden files and the schema")

// files returns the files that match a pattern, and fails where there is none.
func files(t testing.TB, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return names
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestLoadValid(t *testing.T) {
	for _, name := range files(t, "testdata/valid/*.yaml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			m, err := Load(name, read(t, name))
			if err != nil {
				t.Fatalf("Load:\n%v", err)
			}
			written, err := sigsyaml.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Load("again.yaml", written)
			if err != nil {
				t.Fatalf("Load of what was written:\n%v\n%s", err, written)
			}
			if diff := cmp.Diff(m, again); diff != "" {
				t.Errorf("written and read again (-first +again):\n%s", diff)
			}
		})
	}
}

// TestLoadInvalid compares the messages of every bad file with the one beside it.
func TestLoadInvalid(t *testing.T) {
	names := files(t, "testdata/invalid/*.yaml")
	if len(names) < 30 {
		t.Errorf("only %d bad files", len(names))
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			_, err := Load(filepath.Base(name), read(t, name))
			var problems strictyaml.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("Load: %v, want Problems", err)
			}
			got := problems.Error() + "\n"
			golden := strings.TrimSuffix(name, ".yaml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, golden)), got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

// TestValidFilesUseEveryField keeps the valid files complete when a field is added.
func TestValidFilesUseEveryField(t *testing.T) {
	used := map[string]bool{}
	for _, name := range files(t, "testdata/valid/*.yaml") {
		var m v1alpha1.Model
		if err := sigsyaml.UnmarshalStrict(read(t, name), &m); err != nil {
			t.Fatal(err)
		}
		markUsed(used, reflect.ValueOf(m))
	}
	for typ := range strictyaml.TypesOf(reflect.TypeFor[v1alpha1.Model]()) {
		for field := range typ.Fields() {
			if name := typ.Name() + "." + field.Name; !used[name] {
				t.Errorf("no file in testdata/valid uses %s", name)
			}
		}
	}
}

// markUsed records the fields of structs that are set.
func markUsed(used map[string]bool, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			markUsed(used, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			markUsed(used, v.Index(i))
		}
	case reflect.Struct:
		if !strictyaml.HasFields(v.Type()) {
			return
		}
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				used[v.Type().Name()+"."+v.Type().Field(i).Name] = true
				markUsed(used, v.Field(i))
			}
		}
	}
}

func TestLoadRefusesFilesAsAWhole(t *testing.T) {
	tests := map[string]struct{ data, want string }{
		"too large": {
			strings.Repeat("# padding\n", 1<<17),
			"m.yaml: expected a model file of at most 1 MiB, got 1310720 bytes: requests belong in a trace file of their own (spec.traffic.trace.path)",
		},
		"not UTF-8":     {"apiVersion: x\nkind: \xff\n", "m.yaml:2: expected UTF-8 text, got byte 0xff: save the file as UTF-8"},
		"empty":         {"", "m.yaml: the file is empty: expected a model with apiVersion, kind, metadata and spec"},
		"comments only": {"# nothing\n", "m.yaml: the file is empty: expected a model with apiVersion, kind, metadata and spec"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := Load("m.yaml", []byte(test.data))
			if m != nil || err == nil || err.Error() != test.want {
				t.Errorf("Load = %v, %v\nwant %s", m, err, test.want)
			}
		})
	}
}

func TestLoadBoundsAliases(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString("apiVersion: fulcrum.dev/v1alpha1\nkind: Model\nmetadata: {name: a}\nspec:\n  traffic:\n    merge:\n")
	bomb.WriteString("      - &t0 {generator: {rate: 1/s, span: 1d}}\n")
	for i := range 9 {
		level := strings.Repeat("*t"+string(rune('0'+i))+", ", 9)
		bomb.WriteString("      - &t" + string(rune('1'+i)) + " {merge: [" + level + "]}\n")
	}
	for name, data := range map[string]string{
		"bomb":  bomb.String(),
		"cycle": "apiVersion: fulcrum.dev/v1alpha1\nkind: Model\nmetadata: {name: a}\nspec:\n  traffic: &t\n    merge: [*t]\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load("m.yaml", []byte(data))
			var problems strictyaml.Problems
			if !errors.As(err, &problems) || !strings.Contains(problems.Error(), "aliases (*name) counted where they are used") {
				t.Errorf("Load: %v", err)
			}
		})
	}
}

func TestLoadShowsAtMostTwentyProblems(t *testing.T) {
	var data strings.Builder
	data.WriteString("apiVersion: fulcrum.dev/v1alpha1\nkind: Model\nmetadata: {name: a}\nspec:\n")
	for i := range 50 {
		data.WriteString("  " + strings.Repeat("x", i+1) + ": 1\n")
	}
	_, err := Load("m.yaml", []byte(data.String()))
	var problems strictyaml.Problems
	if !errors.As(err, &problems) || len(problems) != strictyaml.MaxProblems {
		t.Fatalf("got %d problems, want %d:\n%v", len(problems), strictyaml.MaxProblems, err)
	}
	if got, want := problems[strictyaml.MaxProblems-1].String(), "m.yaml: 33 more problems: correct these first"; got != want {
		t.Errorf("last problem %q, want %q", got, want)
	}
}

func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/valid/*.yaml", "testdata/invalid/*.yaml"} {
		for _, name := range files(f, pattern) {
			f.Add(read(f, name))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Load("fuzz.yaml", data)
		if (m == nil) == (err == nil) {
			t.Fatalf("Load = %v, %v: want one of them", m, err)
		}
		if err != nil {
			var problems strictyaml.Problems
			if !errors.As(err, &problems) || len(problems) == 0 || len(problems) > strictyaml.MaxProblems {
				t.Fatalf("error %T of %d problems: %v", err, len(problems), err)
			}
			return
		}
		written, err := sigsyaml.Marshal(m)
		if err != nil {
			t.Fatalf("a model that was loaded cannot be written: %v", err)
		}
		again, err := Load("again.yaml", written)
		if err != nil {
			t.Fatalf("a model that was loaded and written is refused: %v\n%s", err, written)
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Errorf("written and read again (-first +again):\n%s", diff)
		}
	})
}
