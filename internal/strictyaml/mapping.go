package strictyaml

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Field is what the tags of a struct's field say.
type Field struct {
	Name     string
	Type     reflect.Type
	Required bool // whether a file must have it: those without an option such as omitempty
	Rule     Rule
	index    int
}

// known remembers FieldsOf by type, as encoding/json does: the tags of a type do not change.
var known sync.Map

// FieldsOf returns the fields of a struct that a file can have, in order.
func FieldsOf(t reflect.Type) []Field {
	if fields, ok := known.Load(t); ok {
		return fields.([]Field)
	}
	var fields []Field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields = append(fields, Field{
			Name: name, Type: f.Type, Required: options == "", Rule: ParseRule(f.Tag.Get("check")), index: i,
		})
	}
	known.Store(t, fields)
	return fields
}

// NamesOf returns the names of FieldsOf.
func NamesOf(t reflect.Type) []string {
	var names []string
	for _, f := range FieldsOf(t) {
		names = append(names, f.Name)
	}
	return names
}

// scalarField returns the field that a scalar in the place of a struct stands for.
func scalarField(t reflect.Type) (Field, bool) {
	if t.Kind() != reflect.Struct {
		return Field{}, false
	}
	fields := FieldsOf(t)
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Rule.Scalar })
	if i < 0 {
		return Field{}, false
	}
	return fields[i], true
}

// mapping decodes a mapping onto a struct.
func (d *decoder) mapping(s slot, n *yaml.Node, v reflect.Value) bool {
	typ := v.Type()
	fields := FieldsOf(typ)
	if d.doc.Visit != nil {
		d.doc.Visit(v.Addr().Interface(), d.file, n.Line)
	}
	var misspelt []string // the fields that are probably meant by unknown ones
	given := map[string]bool{}
	for name, pair := range d.pairs(s, n) {
		at := placeOf(pair.key)
		f, ok := find(fields, name)
		if !ok {
			d.broken.add(FieldPath(s.path, name))
			misspelt = append(misspelt, nearest(name, NamesOf(typ)))
			d.add(s.path, at, "unknown field %s", Quoted(name)+suggestion(name, NamesOf(typ)))
			continue
		}
		if pair.value.Kind == yaml.ScalarNode && pair.value.ShortTag() != "!!null" {
			at = placeOf(pair.value)
		}
		next := slot{path: FieldPath(s.path, name), rule: f.Rule, at: at, depth: s.depth + 1}
		d.places[next.path] = at
		given[name] = d.value(next, pair.value, v.Field(f.index))
	}
	for _, f := range fields {
		if f.Required && !d.doc.Partial && !given[f.Name] {
			d.missing(s, f, slices.Contains(misspelt, f.Name))
		}
	}
	return true
}

// missing refuses the absence of a required field, unless it is there in a way
// that has been refused already.
func (d *decoder) missing(s slot, f Field, isMisspelt bool) {
	path := FieldPath(s.path, f.Name)
	if _, present := d.places[path]; present || isMisspelt || d.exhausted {
		d.broken.add(path)
		return
	}
	d.refuse(path, s.at, "is required: expected %s", expectedValue(f))
}

func find(fields []Field, name string) (Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// entries decodes a mapping whose names are free, onto the entries that are there, and adds others.
func (d *decoder) entries(s slot, n *yaml.Node, v reflect.Value) bool {
	if len(n.Content) == 0 {
		d.refuse(s.path, s.at, "expected at least one entry, got an empty mapping: fill it in or leave the field out")
		return false
	}
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	for name, pair := range d.pairs(s, n) {
		next := slot{path: KeyPath(s.path, name), rule: s.rule, at: placeOf(pair.value), depth: s.depth + 1}
		d.places[next.path] = next.at
		key := reflect.ValueOf(name).Convert(v.Type().Key())
		entry := reflect.New(v.Type().Elem()).Elem()
		if old := v.MapIndex(key); old.IsValid() {
			entry.Set(old)
		}
		if d.value(next, pair.value, entry) {
			v.SetMapIndex(key, entry)
		}
	}
	return true
}

// pair is one line of a mapping.
type pair struct{ key, value *yaml.Node }

// pairs yields the lines of a mapping in order of the file, and refuses names
// that are no text and names that come twice.
func (d *decoder) pairs(s slot, n *yaml.Node) func(yield func(string, pair) bool) {
	return func(yield func(string, pair) bool) {
		seen := map[string]int{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			p := pair{key: n.Content[i], value: n.Content[i+1]}
			switch first, twice := seen[p.key.Value]; {
			case p.key.ShortTag() == "!!merge":
				d.refuse(s.path, placeOf(p.key), "merge keys (<<) are not read: repeat the fields, or use *name for a value as a whole")
				continue
			case p.key.Kind != yaml.ScalarNode || p.key.Value == "":
				d.refuse(s.path, placeOf(p.key), "expected the name of a field, got %s", describe(p.key))
				continue
			case twice:
				d.refuse(FieldPath(s.path, p.key.Value), placeOf(p.key), "is there twice, first in line %d: leave one of them out", first)
				continue
			}
			seen[p.key.Value] = p.key.Line
			if !yield(p.key.Value, p) {
				return
			}
		}
	}
}
