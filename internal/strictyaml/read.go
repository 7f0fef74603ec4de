package strictyaml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"
)

// maxFileSize bounds a model file. Traces have files of their own.
const maxFileSize = 1 << 20

// Document is what messages about a file call what it holds.
type Document struct {
	Noun string
	Hint string // where the bulk of a file that is too large belongs
	// Kinds says of each kind of file what takes it, for a file of another kind than is expected.
	Kinds map[string]string
}

// Read reads a file of type T, without defaults.
func Read[T any](name string, data []byte, doc Document, validate func(*T, *Report)) (*T, error) {
	r := NewReport(name)
	root, problem := doc.parse(data)
	if problem == nil {
		problem = doc.otherKind(root, reflect.TypeFor[T]())
	}
	if problem != nil {
		problem.File = name
		return nil, Problems{*problem}
	}
	v, err := decode[T](r, doc, root)
	if err != nil {
		return nil, Problems{{File: name, Message: err.Error()}}
	}
	validate(v, r)
	if err := r.Err(); err != nil {
		return nil, err
	}
	return v, nil
}

// parse returns the root of the file's only document.
func (doc Document) parse(data []byte) (*yaml.Node, *Problem) {
	if len(data) > maxFileSize {
		return nil, &Problem{Message: fmt.Sprintf("expected a %s file of at most 1 MiB, got %d bytes: %s", doc.Noun, len(data), doc.Hint)}
	}
	if at := invalidUTF8(data); at >= 0 {
		return nil, &Problem{
			Line:    1 + bytes.Count(data[:at], []byte{'\n'}),
			Message: fmt.Sprintf("expected UTF-8 text, got byte 0x%02x: save the file as UTF-8", data[at]),
		}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, &Problem{Message: doc.empty()}
	case err != nil:
		return nil, syntaxProblem(err, data)
	}
	var next yaml.Node
	switch err := decoder.Decode(&next); {
	case err == nil:
		return nil, &Problem{Line: next.Line, Message: fmt.Sprintf("expected one %[1]s in a file, got a second document after ---: give each %[1]s its own file", doc.Noun)}
	case !errors.Is(err, io.EOF):
		return nil, syntaxProblem(err, data)
	}
	if first.Kind != yaml.DocumentNode || len(first.Content) == 0 {
		return nil, &Problem{Message: doc.empty()}
	}
	return first.Content[0], nil
}

func (doc Document) empty() string {
	return fmt.Sprintf("the file is empty: expected a %s with apiVersion, kind, metadata and spec", doc.Noun)
}

// invalidUTF8 returns the index of the first byte that is not part of UTF-8 text, or -1.
func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// What the YAML parser's messages look like: most begin with a line, one names an alias instead.
var (
	yamlLine    = regexp.MustCompile(`^line (\d+): `)
	yamlUnknown = regexp.MustCompile(`^unknown anchor '(.*)' referenced`)
)

// syntaxProblem turns an error of the YAML parser into a problem with its line.
func syntaxProblem(err error, data []byte) *Problem {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if found := yamlLine.FindStringSubmatch(message); found != nil {
		line, _ = strconv.Atoi(found[1]) // digits by the pattern; 0 is no line
		message = strings.TrimPrefix(message, found[0])
	} else if found := yamlUnknown.FindStringSubmatch(message); found != nil {
		before, _, _ := bytes.Cut(data, []byte("*"+found[1]))
		line = 1 + bytes.Count(before, []byte{'\n'})
		message = fmt.Sprintf("*%s stands for nothing: put &%s before the value that it repeats, further up", found[1], found[1])
	}
	return &Problem{Line: line, Message: "expected YAML: " + message}
}

// decode returns what the document holds, without the values that the check
// refused. What is decoded is what was checked: the checker gives back each
// scalar as the type of its field asks, so that a text that one version of YAML
// reads as a number and another does not cannot change on the way.
func decode[T any](r *Report, doc Document, root *yaml.Node) (*T, error) {
	checked, err := json.Marshal(r.checkRoot(root, reflect.TypeFor[T]()))
	if err != nil {
		return nil, fmt.Errorf("expected a %s that can be decoded: %w", doc.Noun, err)
	}
	v := new(T)
	if err := sigsyaml.UnmarshalStrict(checked, v); err != nil {
		return nil, fmt.Errorf("expected a %s that can be decoded: %w", doc.Noun, err)
	}
	return v, nil
}
