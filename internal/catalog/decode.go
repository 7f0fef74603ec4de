package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxProblems bounds how many problems of one file are reported.
const maxProblems = 10

// layered is a mapping that is decoded later, onto the defaults that it changes.
type layered struct{ layers []layer }

type layer struct {
	file, field string
	node        *yaml.Node
}

// decoder reads catalogue files strictly onto records, so that a later file
// changes and adds to what an earlier one said.
type decoder struct {
	file     string
	seq      *int
	problems []error
}

// decodeNode decodes a node onto a record.
func decodeNode(name, field string, n *yaml.Node, seq *int, into any) error {
	d := decoder{file: name, seq: seq}
	d.value(reflect.ValueOf(into).Elem(), n, field)
	return errors.Join(d.problems...)
}

func (d *decoder) fail(n *yaml.Node, field, format string, args ...any) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, position{file: d.file, line: n.Line}.problem(field, format, args...))
	}
}

func (d *decoder) value(v reflect.Value, n *yaml.Node, field string) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.fail(n, field, "anchors and aliases are not read here: write the value out")
		return
	}
	if l, ok := v.Addr().Interface().(*layered); ok {
		l.layers = append(l.layers, layer{d.file, field, n})
		return
	}
	if r, ok := v.Addr().Interface().(textRecord); ok && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		d.place(r, n)
		r.setText(n.Value)
		return
	}
	if u, ok := v.Addr().Interface().(json.Unmarshaler); ok {
		d.text(u, n, field)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.value(v.Elem(), n, field)
	case reflect.Struct:
		d.record(v, n, field)
	case reflect.Map:
		d.mapping(v, n, field)
	case reflect.Slice:
		d.list(v, n, field)
	default:
		d.scalar(v, n, field)
	}
}

// text reads a scalar through the type's own parser.
func (d *decoder) text(u json.Unmarshaler, n *yaml.Node, field string) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		d.fail(n, field, "expected a single value, got %s", kindName(n))
		return
	}
	quoted, err := json.Marshal(n.Value)
	if err == nil {
		err = u.UnmarshalJSON(quoted)
	}
	if err != nil {
		d.fail(n, field, "%v", err)
	}
}

func (d *decoder) scalar(v reflect.Value, n *yaml.Node, field string) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		d.fail(n, field, "expected a single value, got %s", kindName(n))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.Value)
	case reflect.Bool:
		b, err := strconv.ParseBool(n.Value)
		if err != nil {
			d.fail(n, field, "expected true or false, got %q", n.Value)
		}
		v.SetBool(b)
	case reflect.Int:
		i, err := strconv.ParseInt(n.Value, 10, 32)
		if err != nil {
			d.fail(n, field, "expected a whole number, got %q", n.Value)
		}
		v.SetInt(i)
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil || !(f >= 0 && f < 1e15) {
			d.fail(n, field, "expected a number from 0, got %q", n.Value)
			return
		}
		v.SetFloat(f)
	}
}

func (d *decoder) list(v reflect.Value, n *yaml.Node, field string) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, field, "expected a list, got %s", kindName(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.value(v.Index(i), item, fmt.Sprintf("%s[%d]", field, i))
	}
}

// mapping decodes onto the records that the map already holds, and adds others.
func (d *decoder) mapping(v reflect.Value, n *yaml.Node, field string) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	d.pairs(n, field, func(key, value *yaml.Node) {
		name := reflect.ValueOf(key.Value).Convert(v.Type().Key())
		item := reflect.New(v.Type().Elem()).Elem()
		if old := v.MapIndex(name); old.IsValid() {
			item.Set(old)
			if w, replace := old.Interface().(whole); replace {
				item.Set(reflect.New(v.Type().Elem().Elem()))
				item.Interface().(whole).place().seq = w.place().seq // it keeps its place in the order
			}
		}
		d.value(item, value, join(field, key.Value))
		v.SetMapIndex(name, item)
	})
}

// record decodes a mapping onto a struct, by the names of its json tags.
func (d *decoder) record(v reflect.Value, n *yaml.Node, field string) {
	fields := map[string]reflect.Value{}
	var names []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields[name] = v.Field(i)
			names = append(names, name)
		}
	}
	if r, ok := v.Addr().Interface().(located); ok {
		d.place(r, n)
	}
	d.pairs(n, field, func(key, value *yaml.Node) {
		if f, known := fields[key.Value]; known {
			d.value(f, value, join(field, key.Value))
			return
		}
		d.fail(key, field, "unknown field %q%s", key.Value, suggest(key.Value, names))
	})
}

// place notes where a record stands, and its place in the order when it is new.
func (d *decoder) place(r located, n *yaml.Node) {
	at := r.place()
	at.file, at.line = d.file, n.Line
	if at.seq == 0 {
		*d.seq++
		at.seq = *d.seq
	}
}

// pairs calls do for each key of a mapping.
func (d *decoder) pairs(n *yaml.Node, field string, do func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, field, "expected a mapping of fields, got %s", kindName(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			d.fail(key, field, "expected the name of a field, got %s", kindName(key))
			continue
		}
		if line, twice := seen[key.Value]; twice {
			d.fail(key, field, "%q stands here a second time: it is also on line %d", key.Value, line)
			continue
		}
		seen[key.Value] = key.Line
		do(key, value)
	}
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null":
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}
