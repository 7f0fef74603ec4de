package strictyaml

import (
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// otherKind returns the problem of a document that is of another kind than the type; nil is none. Its fields are not those of
// the type: to complain about each would hide what is wrong. A kind that is hardly misspelt is left to the checker.
func (doc Document) otherKind(root *yaml.Node, typ reflect.Type) *Problem {
	n := Text(root, "kind")
	f, ok := find(FieldsOf(typ), "kind")
	if n == nil || !ok || f.Rule.allowsText(n.Value) || nearest(n.Value, f.Rule.OneOf) != "" {
		return nil
	}
	message := f.Rule.unknown(n.Value)
	if taken := doc.Kinds[n.Value]; taken != "" {
		message += fmt.Sprintf(": a %s is what %s", n.Value, taken)
	}
	return &Problem{Line: n.Line, Column: n.Column, Field: "kind", Message: message}
}

// Text returns the node of a field that holds text, at the top of a document; nil is none.
func Text(root *yaml.Node, field string) *yaml.Node {
	if root.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if n := root.Content[i+1]; root.Content[i].Value == field && n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
			return n
		}
	}
	return nil
}
