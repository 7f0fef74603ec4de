package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/tidwall/gjson"
)

// Explain writes the reference of a field of a file from the file's JSON Schema: type, description and, where it is an
// object, its fields; with recursive all fields below it. Path is as spec.service.profiles; "" is the whole file.
//
// Errors: a path that the schema does not have, with the fields that are there; those of w.
func Explain(w io.Writer, schema []byte, path string, recursive bool, style Style) error {
	s := fieldSchema{root: gjson.ParseBytes(schema)}
	s.node = s.root
	for at, name := range splitPath(path) {
		next, ok := s.field(name)
		if !ok {
			return fmt.Errorf("%s: %s has no field %q: expected %s", path, under(path, at), name, namesText(s.names()))
		}
		s = next
	}
	p := &page{w: w, style: style}
	p.printf("%s <%s>\n\n", p.style.paint(bold, under(path, len(splitPath(path)))), s.typeText())
	p.paragraph("  "+orText(s.description(), "no description"), "  ")
	if len(s.names()) > 0 {
		p.heading("Fields")
		p.fields(s, "  ", recursive, map[string]bool{})
	}
	return p.err
}

func splitPath(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, ".")
}

// under is the first n names of a path.
func under(path string, n int) string {
	if n == 0 {
		return "the file"
	}
	return strings.Join(splitPath(path)[:n], ".")
}

func orText(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

func namesText(names []string) string {
	return orText(strings.Join(names, ", "), "none, it is a value")
}

// fields lists the fields of an object: with their descriptions, or recursively with their types alone. Open holds the
// definitions that are being listed, as one may contain itself.
func (p *page) fields(s fieldSchema, indent string, recursive bool, open map[string]bool) {
	for _, name := range s.names() {
		f, _ := s.field(name)
		p.printf("%s%s <%s>%s\n", indent, p.style.paint(bold, name), f.typeText(), map[bool]string{true: ", required"}[s.requires(name)])
		if !recursive {
			for _, line := range wrap(f.description(), p.style.textWidth(len(indent)+4)) {
				p.printf("%s    %s\n", indent, line)
			}
			continue
		}
		if ref := f.ref(); !open[ref] || ref == "" {
			open[ref] = true
			p.fields(f, indent+"  ", true, open)
			delete(open, ref)
		}
	}
}

// fieldSchema is the part of a schema that describes one field.
type fieldSchema struct{ root, node gjson.Result }

// ref names the definition of the field, or of the elements of its list; "" is none.
func (s fieldSchema) ref() string {
	for _, at := range []string{"$ref", "items.$ref", "additionalProperties.$ref"} {
		if r := s.node.Get(strings.ReplaceAll(at, "$", `\$`)); r.Exists() {
			return strings.TrimPrefix(r.String(), "#/$defs/")
		}
	}
	return ""
}

// object is the schema with the fields; one of several forms may be an object.
func (s fieldSchema) object() gjson.Result {
	node := s.node
	if ref := s.ref(); ref != "" {
		node = s.root.Get(`\$defs`).Get(ref)
	}
	if node.Get("properties").Exists() {
		return node
	}
	var found gjson.Result
	node.Get("oneOf").ForEach(func(_, one gjson.Result) bool {
		if one.Get("properties").Exists() {
			found = one
		}
		return !found.Exists()
	})
	return found
}

func (s fieldSchema) names() []string {
	var names []string
	s.object().Get("properties").ForEach(func(name, _ gjson.Result) bool {
		names = append(names, name.String())
		return true
	})
	return names
}

func (s fieldSchema) field(name string) (fieldSchema, bool) {
	f := fieldSchema{root: s.root}
	s.object().Get("properties").ForEach(func(key, node gjson.Result) bool {
		if key.String() == name {
			f.node = node
		}
		return !f.node.Exists()
	})
	return f, f.node.Exists()
}

func (s fieldSchema) requires(name string) bool {
	for _, r := range s.object().Get("required").Array() {
		if r.String() == name {
			return true
		}
	}
	return false
}

func (s fieldSchema) description() string {
	if text := s.node.Get("description").String(); text != "" || s.ref() == "" {
		return text
	}
	return s.root.Get(`\$defs`).Get(s.ref()).Get("description").String()
}

// typeText says what a value of the field looks like.
func (s fieldSchema) typeText() string {
	if s.node.Get("type").String() == "array" {
		return "list of " + fieldSchema{s.root, s.node.Get("items")}.typeText()
	}
	node := s.node
	if ref := s.ref(); ref != "" {
		node = s.root.Get(`\$defs`).Get(ref)
	}
	if values := node.Get("enum").Array(); len(values) > 0 {
		var texts []string
		for _, v := range values {
			texts = append(texts, v.String())
		}
		return strings.Join(texts, " | ")
	}
	if one := node.Get("oneOf"); one.Exists() {
		first := fieldSchema{s.root, one.Get("0")}.typeText()
		if s.object().Exists() && first != "object" {
			return first + " or object"
		}
		return first
	}
	if example := quantityOf(node.Get("pattern").String()); example != "" {
		return example
	}
	return orText(node.Get("type").String(), "object") + bounds(node)
}

// bounds says which numbers are allowed.
func bounds(node gjson.Result) string {
	var parts []string
	for _, b := range []struct{ key, text string }{
		{"minimum", "from "}, {"exclusiveMinimum", "above "}, {"maximum", "up to "},
	} {
		if v := node.Get(b.key); v.Exists() {
			parts = append(parts, b.text+v.Raw)
		}
	}
	return strings.TrimRight(" "+strings.Join(parts, " "), " ")
}

// quantityOf names the quantity that a pattern describes, by what only its pattern has.
func quantityOf(pattern string) string {
	for _, q := range []struct{ has, is string }{
		{"month", "rate such as 3M/month"},
		{"[dw]", "duration such as 90s"},
		{"[kKmMgGtTpPeE]", "size such as 9GB"},
		{"[tT](", "memory such as 16GiB"},
		{"%?$", "share such as 5%"},
		{"[kKMGB]?$", "number such as 8B"},
		{"[eE]", "decimal such as 0.25"},
	} {
		if strings.Contains(pattern, q.has) {
			return q.is
		}
	}
	return ""
}
