package strictyaml

import (
	"encoding/json"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// unmarshalerType is what the quantities of package unit and the distributions are read by.
var unmarshalerType = reflect.TypeFor[json.Unmarshaler]()

// isText reports whether the type reads itself from a scalar.
func isText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(unmarshalerType) }

// HasFields reports whether the type is a struct with named fields. Money is a
// struct too, but has none.
func HasFields(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && len(FieldsOf(t)) > 0
}

// isBasic reports whether the type is text, a switch or a number.
func isBasic(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		return true
	}
	return false
}

// expectation says in words what a type takes.
func expectation(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case isText(t) && HasFields(t):
		return textExpectation(t) + ", or a mapping with " + strings.Join(NamesOf(t), ", ")
	case isText(t):
		return textExpectation(t)
	case HasFields(t):
		return "a mapping with " + strings.Join(NamesOf(t), ", ")
	}
	switch t.Kind() {
	case reflect.Map:
		return "a mapping of names to " + plural(expectation(t.Elem()))
	case reflect.Slice:
		return "a list (lines that begin with - , or [a, b])"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	}
	return "text"
}

// plural says an expectation of several values: a whole number becomes whole numbers.
func plural(expectation string) string {
	expectation = strings.TrimPrefix(expectation, "a ")
	if rest, ok := strings.CutPrefix(expectation, "mapping"); ok {
		return "mappings" + rest
	}
	return expectation + "s"
}

// textExpectation asks the type's own parser what it expects of a scalar.
func textExpectation(t reflect.Type) string {
	err := reflect.New(t).Interface().(json.Unmarshaler).UnmarshalJSON([]byte(`""`))
	if err == nil {
		return "text"
	}
	message, _, _ := strings.Cut(err.Error(), ", got ")
	return strings.TrimPrefix(message, "expected ")
}

// describe says in words what a node is.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	switch n.ShortTag() {
	case "!!int", "!!float":
		return "the number " + shorten(n.Value)
	case "!!bool":
		return "the switch " + shorten(n.Value)
	case "!!timestamp":
		return "the date " + shorten(n.Value)
	}
	return "the text " + Quoted(n.Value)
}
