package strictyaml

import (
	"encoding/json"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds on what a file may expand to: aliases let a few lines stand for
// billions of fields, or contain themselves.
const (
	maxNodes = 50_000
	maxDepth = 100
)

// checker compares a YAML tree with a Go type. It gives back the tree as JSON
// values without what it refused.
type checker struct {
	*Report
	nodes     int
	exhausted bool
}

// checkRoot checks a document against a type and records where its fields stand.
func (r *Report) checkRoot(root *yaml.Node, typ reflect.Type) any {
	c := &checker{Report: r}
	r.places[""] = placeOf(root)
	value, ok := c.value(slot{typ: typ, at: placeOf(root)}, root)
	if !ok {
		return map[string]any{}
	}
	return value
}

// slot is a place that takes a value: a field of a struct or an item of a list.
type slot struct {
	path  string
	typ   reflect.Type
	rule  Rule
	at    place // where messages about the value as a whole point
	depth int
}

// value checks one node. It returns the JSON value and whether it can be used.
func (c *checker) value(s slot, n *yaml.Node) (any, bool) {
	if !c.withinBounds(s, n) {
		return nil, false
	}
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		s.depth++
		return c.value(s, n.Alias)
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		c.refuse(s.path, s.at, "expected %s, got nothing: fill it in or leave the field out", expectation(s.typ))
		return nil, false
	}
	typ := s.typ
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case n.Kind == yaml.ScalarNode && isText(typ):
		return c.text(s, n, typ)
	case n.Kind == yaml.MappingNode && HasFields(typ):
		return c.mapping(s, n, typ)
	case n.Kind == yaml.MappingNode && typ.Kind() == reflect.Map:
		return c.entries(s, n, typ)
	case n.Kind == yaml.SequenceNode && typ.Kind() == reflect.Slice:
		return c.items(s, n, typ)
	case n.Kind == yaml.ScalarNode && isBasic(typ):
		return c.basic(s, n, typ)
	}
	c.refuse(s.path, s.at, "expected %s, got %s", expectation(typ), describe(n))
	return nil, false
}

// withinBounds counts a node and refuses a file that expands without end, once.
func (c *checker) withinBounds(s slot, n *yaml.Node) bool {
	c.nodes++
	if c.nodes <= maxNodes && s.depth <= maxDepth {
		return true
	}
	if !c.exhausted {
		c.exhausted = true
		c.refuse("", placeOf(n), "expected a file of at most %d values in %d levels, aliases (*name) counted where they are used", maxNodes, maxDepth)
	}
	return false
}

// items checks a list.
func (c *checker) items(s slot, n *yaml.Node, typ reflect.Type) (any, bool) {
	if len(n.Content) == 0 {
		c.refuse(s.path, s.at, "expected at least one item, got an empty list: fill it in or leave the field out")
		return nil, false
	}
	list := []any{}
	for i, item := range n.Content {
		next := slot{path: ItemPath(s.path, i), typ: typ.Elem(), rule: s.rule, at: placeOf(item), depth: s.depth + 1}
		c.places[next.path] = next.at
		if v, ok := c.value(next, item); ok {
			list = append(list, v)
		} else {
			list = append(list, placeholder(next.typ))
		}
	}
	return list, true
}

// placeholder stands for an item that was refused, so that later items keep
// their numbers: messages name items by them.
func placeholder(t reflect.Type) any {
	switch {
	case t.Kind() == reflect.String:
		return ""
	case isBasic(t):
		return 0
	}
	return map[string]any{}
}

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
		return "a mapping of names to " + strings.TrimPrefix(expectation(t.Elem()), "a ") + "s"
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
