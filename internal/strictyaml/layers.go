package strictyaml

import (
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Layers is a field whose value is decoded later, onto something that the reader
// of the file does not know yet. Each file that has the field adds a layer.
type Layers struct{ layers []layer }

type layer struct {
	file, path string
	doc        Document
	node       *yaml.Node
}

func (l *Layers) add(d *decoder, s slot, n *yaml.Node) {
	l.layers = append(l.layers, layer{d.file, s.path, d.doc, n})
}

// Onto decodes the layers onto a value in the order in which they were read. into
// is a pointer; the error is of type Problems.
func (l Layers) Onto(into any) error {
	for _, layer := range l.layers {
		r := NewReport(layer.file)
		d := &decoder{Report: r, doc: layer.doc}
		d.root(layer.node, layer.path, reflect.ValueOf(into).Elem())
		if err := r.Err(); err != nil {
			return err
		}
	}
	return nil
}
