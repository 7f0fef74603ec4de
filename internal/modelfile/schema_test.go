package modelfile

import (
	"path/filepath"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml/schematest"

	sigsyaml "sigs.k8s.io/yaml"
)

func TestValidFilesAndExamplesObeySchema(t *testing.T) {
	compiled := schematest.Compile(t, v1alpha1.Schema())
	examples, err := filepath.Glob("../../examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files(t, "testdata/valid/*.yaml"), examples...) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data := read(t, name)
			m, err := Load(name, data)
			if err != nil {
				t.Fatalf("Load:\n%v", err)
			}
			if err := compiled.Validate(data); err != nil {
				t.Errorf("as written: %v", err)
			}
			withDefaults, err := sigsyaml.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(withDefaults); err != nil {
				t.Errorf("with defaults: %v", err)
			}
		})
	}
}

// TestSchemaRefuses holds the schema to the problems that it can know: those of
// a single field.
func TestSchemaRefuses(t *testing.T) {
	compiled := schematest.Compile(t, v1alpha1.Schema())
	for _, name := range []string{
		"header", "header-missing", "not-a-mapping", "unknown-fields", "wrong-kinds", "empty-values", "empty-lists",
		"quantities", "negative-numbers", "zeros", "shares", "required-fields", "spec-missing", "trace-format", "versions",
	} {
		if err := compiled.Validate(read(t, "testdata/invalid/"+name+".yaml")); err == nil {
			t.Errorf("%s.yaml: the schema allows it", name)
		}
	}
}
