package v1alpha1

import (
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/strictyaml"
	"github.com/google/go-cmp/cmp"
)

var updateSchema = flag.Bool("update", false, "rewrite the schemas")

func TestSchemaIsCurrent(t *testing.T) {
	for _, f := range schemaFiles() {
		path := "schema/" + f.kind + ".schema.json"
		generated := f.generate(t)
		if *updateSchema {
			if err := os.WriteFile(path, generated, 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(string(f.committed), string(generated)); diff != "" {
			t.Errorf("%s is not what the types give; run go test ./api/v1alpha1 -update (-committed +generated):\n%s", path, diff)
		}
	}
}

// TestOpenAPIIsCurrent: the schema of the resource is what the types give, and one that Kubernetes takes.
func TestOpenAPIIsCurrent(t *testing.T) {
	const path = "schema/model.openapi.json"
	generated := generateOpenAPI(t)
	var schema map[string]any
	if err := json.Unmarshal(generated, &schema); err != nil {
		t.Fatal(err)
	}
	checkStructural(t, "", schema)
	if *updateSchema {
		if err := os.WriteFile(path, generated, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(OpenAPI()), string(generated)); diff != "" {
		t.Errorf("%s is not what the types give; run go test ./api/v1alpha1 -update, twice when a comment changed (-committed +generated):\n%s", path, diff)
	}
}

// TestSchemaDescribesEveryField: a field without a description is one without a comment.
func TestSchemaDescribesEveryField(t *testing.T) {
	for _, f := range schemaFiles() {
		f.checkDescriptions(t)
	}
}

func (f schemaFile) checkDescriptions(t *testing.T) {
	t.Helper()
	var document struct {
		Definitions map[string]struct {
			Properties map[string]struct{ Description string }
			OneOf      []struct {
				Properties map[string]struct{ Description string }
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(f.committed, &document); err != nil {
		t.Fatal(err)
	}
	for typ := range strictyaml.TypesOf(f.root) {
		definition, ok := document.Definitions[typ.Name()]
		properties := definition.Properties
		for _, o := range definition.OneOf {
			if o.Properties != nil {
				properties = o.Properties
			}
		}
		if !ok {
			t.Errorf("no definition of %s", typ.Name())
			continue
		}
		for _, name := range strictyaml.NamesOf(typ) {
			if properties[name].Description == "" {
				t.Errorf("%s.%s has no description", typ.Name(), name)
			}
		}
	}
}

// TestSchemaPatternsAgreeWithParsers: what a pattern allows is what the unit's parser reads.
func TestSchemaPatternsAgreeWithParsers(t *testing.T) {
	texts := strings.Fields("0 0s 1 -1 2s 1h30m 7d 2w 1.5d .5s 5. 1e3 250ms 10µs 10us 1m30 2x s - 9.35GB 512MiB 6MB 0B 5kB 1,000MB 16Gi 80G 3K " +
		"5MB/s 16GiB 1TB 1e3GB 5/s 300/min 3M/month 1/h 2/d 5/year 8B 1.5k 3M 2G 4K k 1% 0.01 100% 50%% % 500 0.526 -0.5 1.67e-05 $5 1_000")
	for name, parse := range map[string]func(string) error{
		"Duration": func(s string) error { _, err := unit.ParseDuration(s); return err },
		"Bytes":    func(s string) error { _, err := unit.ParseBytes(s); return err },
		"Memory":   func(s string) error { _, err := unit.ParseMemory(s); return err },
		"Rate":     func(s string) error { _, err := unit.ParseRate(s); return err },
		"Count":    func(s string) error { _, err := unit.ParseCount(s); return err },
		"Share":    func(s string) error { _, err := unit.ParseShare(s); return err },
		"Money":    func(s string) error { _, err := unit.ParseDecimal(s); return err },
		"Decimal":  func(s string) error { _, err := unit.ParseDecimal(s); return err },
	} {
		pattern := compilePattern(t, name)
		for _, text := range texts {
			readable := parse(text) == nil && !strings.HasPrefix(text, "-")
			if allowed := pattern.MatchString(text); allowed != readable {
				t.Errorf("%s: the schema allows %q: %t, the parser reads it: %t", name, text, allowed, readable)
			}
		}
	}
}
