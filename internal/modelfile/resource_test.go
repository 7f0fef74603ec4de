package modelfile

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml/schematest"
)

// TestWrittenModelsAreResources: what was read from a file and written as JSON, with and without shorthands, obeys the schema of
// the custom resource, and has no field that Kubernetes would prune.
func TestWrittenModelsAreResources(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(v1alpha1.OpenAPI(), &schema); err != nil {
		t.Fatal(err)
	}
	schema["$schema"] = "http://json-schema.org/draft-04/schema#" // the draft that OpenAPI v3.0 is close to
	text, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	compiled := schematest.Compile(t, text)
	for _, name := range append(files(t, "testdata/valid/*.yaml"), files(t, "../../examples/*.yaml")...) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			m, err := Load(name, read(t, name))
			if err != nil {
				t.Fatal(err)
			}
			written, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			if err := compiled.Validate(written); err != nil {
				t.Error(err)
			}
			var value any
			if err := json.Unmarshal(written, &value); err != nil {
				t.Fatal(err)
			}
			checkKept(t, "", schema, value)
		})
	}
	for _, shorthand := range []string{`{"traffic": {"generator": {"rate": "5/s"}}}`, `{"service": {"startUp": {"init": "5s"}}}`} {
		if compiled.Validate([]byte(`{"apiVersion": "fulcrum.dev/v1alpha1", "kind": "Model", "metadata": {}, "spec": `+shorthand+`}`)) == nil {
			t.Errorf("a shorthand of files is allowed: %s", shorthand)
		}
	}
}

// checkKept reports fields of a value that its schema does not have.
func checkKept(t *testing.T, path string, schema map[string]any, value any) {
	t.Helper()
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			checkKept(t, path+"[]", schema["items"].(map[string]any), item)
		}
	case map[string]any:
		properties, ok := schema["properties"].(map[string]any)
		if !ok {
			return // names are free, or the metadata of Kubernetes
		}
		for name := range maps.Keys(value) {
			field, ok := properties[name].(map[string]any)
			if !ok {
				t.Errorf("%s.%s is in no schema", path, name)
				continue
			}
			checkKept(t, path+"."+name, field, value[name])
		}
	}
}
