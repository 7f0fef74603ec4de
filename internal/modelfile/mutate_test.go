package modelfile

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/strictyaml"
	"fulcrum.dev/fulcrum/internal/strictyaml/schematest"
	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// replacements are put in place of every value of a valid file.
var replacements = []string{
	"~", "''", "0", "-1", "1", "1e18", "1e300", "99999999999999999999", "0.5", "[]", "[1]", "{}", "{a: b}", "true", "no", "x", "0s", "-5s", "106751d",
	"1B", "9EB", "9999999TB", "200%", "2024-01-01", "!!binary aGk=", "!!str 5", "\"a\\u0001\"", "[[x]]",
}

// turns is the number of positions over which the replacements are spread, for the time that the test takes.
const turns = 4

// TestLoadOfMutatedFiles removes every value of the valid files, and puts a part of the replacements in its place, by turns. The
// reader must answer with a model that survives writing, or with problems that have a place; and whatever it accepts, the schema
// must accept. What is refused is read as a tree: to write each as text and parse it again would take most of the time.
func TestLoadOfMutatedFiles(t *testing.T) {
	compiled := schematest.Compile(t, v1alpha1.Schema())
	for _, name := range files(t, "testdata/valid/*.yaml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			accepted, refused := 0, 0
			mutate(t, read(t, name), func(what string, document *yaml.Node) {
				m, err := loadTree("m.yaml", document.Content[0], uncalibrated)
				if err != nil {
					refused++
					if problem := err.(strictyaml.Problems)[0]; problem.Line == 0 || problem.Message == "" {
						t.Errorf("%s: a problem without a place: %v", what, err)
					}
					return
				}
				accepted++
				checkAccepted(t, what, document, m, compiled)
			})
			if accepted == 0 || refused == 0 {
				t.Errorf("%d accepted, %d refused: want some of both", accepted, refused)
			}
		})
	}
}

// checkAccepted holds a model against the text of its document, the schema, and itself written and read again.
func checkAccepted(t *testing.T, what string, document *yaml.Node, m *v1alpha1.Model, schema schematest.Schema) {
	t.Helper()
	data, err := yaml.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(data); err != nil {
		t.Errorf("%s: the reader accepts what the schema refuses: %v", what, err)
	}
	written, err := json.Marshal(m) // JSON is YAML
	if err != nil {
		t.Errorf("%s: cannot be written: %v", what, err)
		return
	}
	for form, text := range map[string][]byte{"as text": data, "written": written} {
		again, err := Load("again.yaml", text)
		if err != nil {
			t.Errorf("%s, %s: refused: %v", what, form, err)
		} else if !reflect.DeepEqual(m, again) && !cmp.Equal(m, again) { // the first is fast, the second knows equal decimals
			t.Errorf("%s, %s, read again:\n%s", what, form, cmp.Diff(m, again))
		}
	}
}

// mutate calls try with documents that differ from data in one value.
func mutate(t *testing.T, data []byte, try func(what string, document *yaml.Node)) {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	position := 0
	var visit func(path string, n *yaml.Node)
	visit = func(path string, n *yaml.Node) {
		step := 1
		if n.Kind == yaml.MappingNode {
			step = 2
		}
		for i := 0; i+step <= len(n.Content); i += step {
			child := n.Content[i+step-1]
			at := strictyaml.ItemPath(path, i)
			if step == 2 {
				at = strictyaml.FieldPath(path, n.Content[i].Value)
			}
			original := *child
			position++
			for turn := position % turns; turn < len(replacements); turn += turns {
				var replacement yaml.Node
				if err := yaml.Unmarshal([]byte(replacements[turn]), &replacement); err != nil {
					t.Fatal(err)
				}
				*child = *replacement.Content[0]
				child.Anchor = original.Anchor
				try(at+" = "+replacements[turn], &document)
			}
			*child = original
			if original.Anchor == "" {
				whole := n.Content
				n.Content = append(append([]*yaml.Node{}, whole[:i]...), whole[i+step:]...)
				try(at+" removed", &document)
				n.Content = whole
			}
			visit(at, child)
		}
	}
	visit("", document.Content[0])
}
