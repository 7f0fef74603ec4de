package v1alpha1

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/strictyaml"
)

// openAPI makes the structural schema of a type: everything inline, one type for each value.
type openAPI struct {
	t        *testing.T
	comments map[string]map[string]string // by type and field
	open     []reflect.Type               // the structs around
}

// generateOpenAPI returns the schema of a model as a resource, with the comments of the source as descriptions.
func generateOpenAPI(t *testing.T) []byte {
	t.Helper()
	g := openAPI{t: t, comments: fieldComments(t)}
	root := g.structure(reflect.TypeFor[Model]())
	properties := root["properties"].(map[string]any)
	for _, name := range []string{"apiVersion", "kind"} {
		properties[name] = map[string]any{"type": "string", "description": properties[name].(map[string]any)["description"]}
	}
	properties["metadata"] = map[string]any{"type": "object"} // Kubernetes has rules of its own for it, and allows no others
	encoded, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(encoded, '\n')
}

// fieldComments returns the descriptions of the JSON Schema, which has a definition for each type.
func fieldComments(t *testing.T) map[string]map[string]string {
	t.Helper()
	type definition struct {
		Properties map[string]struct{ Description string }
		OneOf      []definition
	}
	var document struct {
		Definitions map[string]definition `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &document); err != nil {
		t.Fatal(err)
	}
	comments := map[string]map[string]string{}
	for name, d := range document.Definitions {
		comments[name] = map[string]string{}
		for _, form := range append(d.OneOf, d) {
			for field, property := range form.Properties {
				comments[name][field] = property.Description
			}
		}
	}
	return comments
}

// value describes the values of a type under the rule of their field.
func (g *openAPI) value(t reflect.Type, rule strictyaml.Rule) map[string]any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if q, ok := quantities[t]; ok && t.Kind() != reflect.Float64 {
		return map[string]any{"type": "string", "pattern": q.pattern}
	}
	switch t.Kind() {
	case reflect.Struct:
		return g.structure(t)
	case reflect.Slice:
		return map[string]any{"type": "array", "minItems": 1, "items": g.value(t.Elem(), rule)}
	case reflect.Map:
		return map[string]any{"type": "object", "minProperties": 1, "additionalProperties": g.value(t.Elem(), rule)}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return bounded(map[string]any{"type": "integer", "format": "int64"}, rule)
	case reflect.Float64:
		if t == reflect.TypeFor[unit.Share]() {
			rule.Max = min(rule.Max, 1)
		}
		return bounded(map[string]any{"type": "number"}, rule)
	case reflect.String:
		if len(rule.OneOf) > 0 {
			return map[string]any{"type": "string", "enum": rule.OneOf}
		}
		return map[string]any{"type": "string", "minLength": 1}
	}
	g.t.Fatalf("no structural schema for %s", t)
	return nil
}

// structure describes a struct. A type within itself is described once more, without the field that leads on: traffic
// that is merged in has no merge of its own, which a list can do without.
func (g *openAPI) structure(t reflect.Type) map[string]any {
	g.open = append(g.open, t)
	defer func() { g.open = g.open[:len(g.open)-1] }()
	properties, required := map[string]any{}, []string{}
	for _, f := range strictyaml.FieldsOf(t) {
		inner := f.Type
		for inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Slice {
			inner = inner.Elem()
		}
		if around := slices.Index(g.open, inner); around >= 0 && around != len(g.open)-1 {
			continue
		}
		property := g.value(f.Type, f.Rule)
		property["description"] = g.comments[t.Name()][f.Name]
		properties[f.Name] = property
		if f.Required {
			required = append(required, f.Name)
		}
	}
	schema := map[string]any{"type": "object", "properties": properties}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

// bounded adds the bounds of a number in the words of OpenAPI 3.0.
func bounded(schema map[string]any, r strictyaml.Rule) map[string]any {
	schema["minimum"] = r.Min
	if !math.IsNaN(r.Above) {
		schema["minimum"], schema["exclusiveMinimum"] = r.Above, true
	}
	if !math.IsInf(r.Max, 1) {
		schema["maximum"] = r.Max
	}
	return schema
}

// keywords are what a structural schema of ours may say (Kubernetes documentation, "Specifying a structural schema").
var keywords = []string{
	"additionalProperties", "description", "enum", "exclusiveMinimum", "format", "items", "maximum", "minItems", "minLength",
	"minProperties", "minimum", "pattern", "properties", "required", "type",
}

// checkStructural refuses what Kubernetes refuses in the schema of a custom resource.
func checkStructural(t *testing.T, path string, schema map[string]any) {
	t.Helper()
	for word := range maps.Keys(schema) {
		if !slices.Contains(keywords, word) {
			t.Errorf("%s: %s is no part of a structural schema", path, word)
		}
	}
	typ, _ := schema["type"].(string)
	properties, isStruct := schema["properties"].(map[string]any)
	entries, isMap := schema["additionalProperties"].(map[string]any)
	items, isList := schema["items"].(map[string]any)
	switch {
	case !slices.Contains([]string{"object", "array", "string", "number", "integer", "boolean"}, typ):
		t.Errorf("%s: type %v", path, schema["type"])
	case isStruct && isMap:
		t.Errorf("%s: additionalProperties beside properties", path)
	case (isStruct || isMap) && typ != "object", isList != (typ == "array"):
		t.Errorf("%s: type %s contradicts what it holds", path, typ)
	case typ == "object" && !isStruct && !isMap && path != ".metadata":
		t.Errorf("%s: an object without fields", path)
	}
	for name, property := range properties {
		field := property.(map[string]any)
		if field["description"] == "" && path != "" {
			t.Errorf("%s.%s has no description", path, name)
		}
		checkStructural(t, path+"."+name, field)
	}
	if isMap {
		checkStructural(t, path+"[]", entries)
	}
	if isList {
		checkStructural(t, path+"[]", items)
	}
}
