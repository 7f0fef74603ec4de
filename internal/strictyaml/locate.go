package strictyaml

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// place is a position in the file; lines and columns count from 1.
type place struct{ line, column int }

func placeOf(n *yaml.Node) place { return place{line: n.Line, column: n.Column} }

// places says where each field of a file stands, by path.
type places map[string]place

// nearest returns where a field stands or, when the file does not have it, the
// innermost one around it that the file has.
func (p places) nearest(path string) place {
	for {
		if at, ok := p[path]; ok || path == "" {
			return at
		}
		path = parentPath(path)
	}
}

// FieldPath returns the path of a named field: spec.traffic.
func FieldPath(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "." + name
}

// ItemPath returns the path of a list's item: spec.homes[2].
func ItemPath(parent string, i int) string {
	return parent + "[" + strconv.Itoa(i) + "]"
}

// KeyPath returns the path of an entry whose name is free: spec.constraints.quotas[aws].
func KeyPath(parent, key string) string { return parent + "[" + key + "]" }

// parentPath returns the path of what a field is part of; "" is the file. It
// splits names in brackets at the last opening one, which is right but for
// free names that have brackets themselves, and those have no fields below.
func parentPath(path string) string {
	if strings.HasSuffix(path, "]") {
		return path[:max(0, strings.LastIndexByte(path, '['))]
	}
	return path[:max(0, strings.LastIndexByte(path, '.'))]
}
