package catalog

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxFileSize bounds a catalogue file, so that a wrong file is refused before it is parsed.
const maxFileSize = 4 << 20

// parseFile parses one YAML document, and returns its root.
func parseFile(name string, data []byte) (*yaml.Node, error) {
	if len(data) > maxFileSize {
		return nil, fmt.Errorf("%s: expected a catalogue file of at most %d bytes, got %d", name, maxFileSize, len(data))
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: expected UTF-8 text", name)
	}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	var doc, second yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: expected a catalogue in YAML, the file is empty", name)
	} else if err != nil {
		return nil, fmt.Errorf("%s: expected a catalogue in YAML: %s", name, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(&second); err == nil {
		return nil, fmt.Errorf("%s:%d: expected one YAML document in a file", name, second.Line)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, fmt.Errorf("%s: expected a catalogue in YAML, got nothing", name)
	}
	return doc.Content[0], nil
}

// scalarAt returns the text of a field of a mapping; "" where there is none.
func scalarAt(n *yaml.Node, field string) string {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == field {
				return n.Content[i+1].Value
			}
		}
	}
	return ""
}
