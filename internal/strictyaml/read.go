package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Document says what a file holds, for messages about it as a whole.
type Document struct {
	Noun string // what it holds, such as model
	// Fields names its fields in words, for a file that is empty.
	Fields string
	// Hint says where the bulk of a file that is too large belongs.
	Hint string
	// MaxSize bounds the file, in bytes.
	MaxSize int
	// Kinds says of each kind of file what takes it, for a file of another kind than is expected.
	Kinds map[string]string
	// Partial files hold a part of a value, which several make up together: no field is required.
	Partial bool
	// Visit, if any, is called with a pointer to each struct that a mapping or a scalar is decoded onto, before that happens.
	Visit func(into any, file string, line int)
}

// Read reads a file of type T, without defaults. The name is used in messages only.
// validate applies the rules between fields, and may be nil.
//
// The error is of type Problems and holds everything that is wrong, up to 20.
func Read[T any](name string, data []byte, doc Document, validate func(*T, *Report)) (*T, error) {
	root, err := doc.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return Decode(name, root, doc, validate)
}

// Decode is what Read does with the root of a document.
func Decode[T any](name string, root *yaml.Node, doc Document, validate func(*T, *Report)) (*T, error) {
	if problem := doc.otherKind(root, reflect.TypeFor[T]()); problem != nil {
		problem.File = name
		return nil, Problems{*problem}
	}
	v, r := new(T), NewReport(name)
	d := &decoder{Report: r, doc: doc}
	d.root(root, "", reflect.ValueOf(v).Elem())
	if validate != nil {
		validate(v, r)
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return v, nil
}

// Onto decodes what Parse returned onto a value that may hold something already: the
// file changes and adds to it. into is a pointer; the error is of type Problems.
func (doc Document) Onto(name string, root *yaml.Node, into any) error {
	r := NewReport(name)
	d := &decoder{Report: r, doc: doc}
	d.root(root, "", reflect.ValueOf(into).Elem())
	return r.Err()
}

// Parse returns the root of the file's only document. The error is of type Problems.
func (doc Document) Parse(name string, data []byte) (*yaml.Node, error) {
	root, problem := doc.parse(data)
	if problem != nil {
		problem.File = name
		return nil, Problems{*problem}
	}
	return root, nil
}

// parse returns the root of the file's only document.
func (doc Document) parse(data []byte) (*yaml.Node, *Problem) {
	if len(data) > doc.MaxSize {
		return nil, &Problem{Message: fmt.Sprintf("expected a %s file of at most %d MiB, got %d bytes: %s", doc.Noun, doc.MaxSize>>20, len(data), doc.Hint)}
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
	return fmt.Sprintf("the file is empty: expected a %s with %s", doc.Noun, doc.Fields)
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
