package strictyaml

import (
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Field is what the tags of a struct's field say.
type Field struct {
	Name     string
	Type     reflect.Type
	Required bool
	Rule     Rule
}

// FieldsOf returns the fields of a struct that a file can have, in order.
func FieldsOf(t reflect.Type) []Field {
	var fields []Field
	for f := range t.Fields() {
		tag := f.Tag.Get("json")
		if tag == "" || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		fields = append(fields, Field{
			Name: name, Type: f.Type, Required: options == "", Rule: ParseRule(f.Tag.Get("check")),
		})
	}
	return fields
}

func NamesOf(t reflect.Type) []string {
	var names []string
	for _, f := range FieldsOf(t) {
		names = append(names, f.Name)
	}
	return names
}

// scalarField returns the index of the field that a scalar in the place of a struct stands for; -1 is none.
func scalarField(t reflect.Type) int {
	if t.Kind() != reflect.Struct {
		return -1
	}
	for i := range t.NumField() {
		if slices.Contains(strings.Split(t.Field(i).Tag.Get("check"), ","), "scalar") {
			return i
		}
	}
	return -1
}

// mapping checks a mapping against a struct.
func (c *checker) mapping(s slot, n *yaml.Node, typ reflect.Type) (any, bool) {
	fields := FieldsOf(typ)
	object := map[string]any{}
	var misspelt []string // the fields that are probably meant by unknown ones
	for name, pair := range c.pairs(s, n) {
		at := placeOf(pair.key)
		f, ok := find(fields, name)
		if !ok {
			c.broken.add(FieldPath(s.path, name))
			misspelt = append(misspelt, nearest(name, NamesOf(typ)))
			c.add(s.path, at, "unknown field %s", Quoted(name)+suggestion(name, NamesOf(typ)))
			continue
		}
		if pair.value.Kind == yaml.ScalarNode && pair.value.ShortTag() != "!!null" {
			at = placeOf(pair.value)
		}
		next := slot{path: FieldPath(s.path, name), typ: f.Type, rule: f.Rule, at: at, depth: s.depth + 1}
		c.places[next.path] = at
		if v, ok := c.value(next, pair.value); ok {
			object[name] = v
		}
	}
	for _, f := range fields {
		if _, present := object[f.Name]; f.Required && !present {
			c.missing(s, f, slices.Contains(misspelt, f.Name))
		}
	}
	return object, true
}

// missing refuses the absence of a required field, unless it is there in a way
// that has been refused already.
func (c *checker) missing(s slot, f Field, isMisspelt bool) {
	path := FieldPath(s.path, f.Name)
	if _, present := c.places[path]; present || isMisspelt || c.exhausted {
		c.broken.add(path)
		return
	}
	c.refuse(path, s.at, "is required: expected %s", expectedValue(f))
}

func find(fields []Field, name string) (Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// entries checks a mapping whose names are free.
func (c *checker) entries(s slot, n *yaml.Node, typ reflect.Type) (any, bool) {
	if len(n.Content) == 0 {
		c.refuse(s.path, s.at, "expected at least one entry, got an empty mapping: fill it in or leave the field out")
		return nil, false
	}
	object := map[string]any{}
	for name, pair := range c.pairs(s, n) {
		next := slot{
			path: KeyPath(s.path, name), typ: typ.Elem(), rule: s.rule,
			at: placeOf(pair.value), depth: s.depth + 1,
		}
		c.places[next.path] = next.at
		if v, ok := c.value(next, pair.value); ok {
			object[name] = v
		}
	}
	return object, true
}

// pair is one line of a mapping.
type pair struct{ key, value *yaml.Node }

// pairs yields the lines of a mapping in order of the file, and refuses names
// that are no text and names that come twice.
func (c *checker) pairs(s slot, n *yaml.Node) func(yield func(string, pair) bool) {
	return func(yield func(string, pair) bool) {
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			p := pair{key: n.Content[i], value: n.Content[i+1]}
			switch first, twice := seen[p.key.Value]; {
			case p.key.ShortTag() == "!!merge":
				c.refuse(s.path, placeOf(p.key), "merge keys (<<) are not read: repeat the fields, or use *name for a value as a whole")
				continue
			case p.key.Kind != yaml.ScalarNode || p.key.Value == "":
				c.refuse(s.path, placeOf(p.key), "expected the name of a field, got %s", describe(p.key))
				continue
			case twice:
				c.refuse(FieldPath(s.path, p.key.Value), placeOf(p.key), "is there twice, first in line %d: leave one of them out", first)
				continue
			}
			seen[p.key.Value] = p.key.Line
			if !yield(p.key.Value, p) {
				return
			}
		}
	}
}
