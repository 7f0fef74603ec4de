package strictyaml

import (
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Bounds on what a file may expand to: aliases let a few lines stand for
// billions of fields, or contain themselves.
const (
	maxNodes = 50_000
	maxDepth = 100
)

// decoder puts a YAML tree into a Go value, without what it refuses. What the
// value holds already stays where the tree says nothing else.
type decoder struct {
	*Report
	doc       Document
	nodes     int
	exhausted bool
}

// root decodes a document and records where its fields stand.
func (d *decoder) root(n *yaml.Node, path string, v reflect.Value) {
	at := placeOf(n)
	d.places[path] = at
	d.value(slot{path: path, at: at}, n, v)
}

// slot is a place that takes a value: a field of a struct or an item of a list.
type slot struct {
	path  string
	rule  Rule
	at    place // where messages about the value as a whole point
	depth int
}

// value decodes one node, and returns whether it could. What it refuses leaves v as it was.
func (d *decoder) value(s slot, n *yaml.Node, v reflect.Value) bool {
	if !d.withinBounds(s, n) {
		return false
	}
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		s.depth++
		return d.value(s, n.Alias, v)
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		d.refuse(s.path, s.at, "expected %s, got nothing: fill it in or leave the field out", expectation(v.Type()))
		return false
	}
	if v.Kind() == reflect.Pointer {
		return d.pointer(s, n, v)
	}
	if layers, ok := v.Addr().Interface().(*Layers); ok {
		layers.add(d, s, n)
		return true
	}
	typ := v.Type()
	switch {
	case n.Kind == yaml.ScalarNode && isText(typ):
		return d.text(s, n, v)
	case n.Kind == yaml.MappingNode && HasFields(typ):
		return d.mapping(s, n, v)
	case n.Kind == yaml.MappingNode && typ.Kind() == reflect.Map:
		return d.entries(s, n, v)
	case n.Kind == yaml.SequenceNode && typ.Kind() == reflect.Slice:
		return d.items(s, n, v)
	case n.Kind == yaml.ScalarNode && isBasic(typ):
		return d.basic(s, n, v)
	}
	d.refuse(s.path, s.at, "expected %s, got %s", expectation(typ), describe(n))
	return false
}

// pointer decodes onto what a pointer points to, or onto something new.
func (d *decoder) pointer(s slot, n *yaml.Node, v reflect.Value) bool {
	d.nodes--
	if !v.IsNil() {
		return d.value(s, n, v.Elem())
	}
	fresh := reflect.New(v.Type().Elem())
	if !d.value(s, n, fresh.Elem()) {
		return false
	}
	v.Set(fresh)
	return true
}

// withinBounds counts a node and refuses a file that expands without end, once.
func (d *decoder) withinBounds(s slot, n *yaml.Node) bool {
	d.nodes++
	if d.nodes <= maxNodes && s.depth <= maxDepth {
		return true
	}
	if !d.exhausted {
		d.exhausted = true
		d.refuse("", placeOf(n), "expected a file of at most %d values in %d levels, aliases (*name) counted where they are used", maxNodes, maxDepth)
	}
	return false
}

// items decodes a list, which replaces the one that is there. An item that is
// refused leaves its place empty, so that later ones keep their numbers:
// messages name items by them.
func (d *decoder) items(s slot, n *yaml.Node, v reflect.Value) bool {
	if len(n.Content) == 0 {
		d.refuse(s.path, s.at, "expected at least one item, got an empty list: fill it in or leave the field out")
		return false
	}
	list := reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		next := slot{path: ItemPath(s.path, i), rule: s.rule, at: placeOf(item), depth: s.depth + 1}
		d.places[next.path] = next.at
		d.value(next, item, list.Index(i))
	}
	v.Set(list)
	return true
}
