package v1alpha1

import (
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// takenBy says where files of a kind belong.
var takenBy = map[string]string{
	KindModel:       "fulcrum plan and simulate take",
	KindSuite:       "fulcrum bench takes",
	KindCalibration: "fulcrum calibrate writes, for --calibration of plan and simulate",
}

// otherKind returns the problem of a document that is of another kind than the type; nil is none. Its fields are not those of
// the type: to complain about each would hide what is wrong. A kind that is hardly misspelt is left to the checker.
func otherKind(root *yaml.Node, typ reflect.Type) *Problem {
	n := kindOf(root)
	f, ok := find(fieldsOf(typ), "kind")
	if n == nil || !ok || f.rule.allowsText(n.Value) || nearest(n.Value, f.rule.oneOf) != "" {
		return nil
	}
	message := f.rule.unknown(n.Value)
	if taken := takenBy[n.Value]; taken != "" {
		message += fmt.Sprintf(": a %s is what %s", n.Value, taken)
	}
	return &Problem{Line: n.Line, Column: n.Column, Field: "kind", Message: message}
}

// kindOf returns the text of the field kind; nil is none.
func kindOf(root *yaml.Node) *yaml.Node {
	if root.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(root.Content); i += 2 {
		if n := root.Content[i+1]; root.Content[i].Value == "kind" && n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
			return n
		}
	}
	return nil
}
