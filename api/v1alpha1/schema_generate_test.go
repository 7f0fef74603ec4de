package v1alpha1

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/strictyaml"
	"github.com/invopop/jsonschema"
)

const (
	decimal    = `([0-9]+(\.[0-9]*)?|\.[0-9]+)`
	scientific = decimal + `([eE][-+]?[0-9]+)?`
)

// quantity is how a schema describes a type that reads itself from text.
type quantity struct {
	pattern  string
	isNumber bool // whether a number without quotes is read too
	most     float64
}

// quantities lists the types of package unit. Numbers without a unit are read
// where the unit is no guess; 0 is 0 in any unit.
var quantities = map[reflect.Type]quantity{
	reflect.TypeFor[unit.Duration](): {pattern: `^(0|` + scientific + `[dw]|(` + decimal + `(ns|us|µs|μs|ms|s|m|h))+)$`},
	reflect.TypeFor[unit.Bytes]():    {pattern: `^(0|[0-9][0-9,]*(\.[0-9]*)? *([kKmMgGtTpPeE]?[bB]|[kKmMgGtTpPeE]([iI][bB]?)?))$`},
	reflect.TypeFor[unit.Memory]():   {pattern: `^[0-9]+(\.[0-9]*)? *([mMgG]([iI]?[bB]|[iI])?|[tT]([iI]?[bB]|[iI]))$`},
	reflect.TypeFor[unit.Rate]():     {pattern: `^` + scientific + `([kK]?|[kKMGB]?/(s|sec|second|m|min|minute|h|hour|d|day|month))$`, isNumber: true, most: 10_000},
	reflect.TypeFor[unit.Count]():    {pattern: `^` + scientific + `[kKMGB]?$`, isNumber: true, most: math.Inf(1)},
	reflect.TypeFor[unit.Share]():    {pattern: `^` + scientific + ` *%?$`, isNumber: true, most: 1},
	reflect.TypeFor[unit.Money]():    {pattern: `^` + scientific + `$`, isNumber: true, most: math.Inf(1)},
	reflect.TypeFor[unit.Decimal]():  {pattern: `^` + scientific + `$`, isNumber: true, most: math.Inf(1)},
}

func compilePattern(t testing.TB, name string) *regexp.Regexp {
	t.Helper()
	for typ, q := range quantities {
		if typ.Name() == name {
			return regexp.MustCompile(q.pattern)
		}
	}
	t.Fatalf("no pattern for %s", name)
	return nil
}

// schemaOf describes the values of a quantity under the rule of its field.
func (q quantity) schemaOf(r strictyaml.Rule) *jsonschema.Schema {
	text := &jsonschema.Schema{Type: "string", Pattern: q.pattern}
	number := &jsonschema.Schema{Type: "number", Const: 0}
	if q.isNumber {
		number = &jsonschema.Schema{Type: "number"}
		if r.Max = min(r.Max, q.most); math.IsNaN(r.Above) {
			number.Minimum = jsonNumber(r.Min)
		}
		bound(number, r)
	} else if r.Above == 0 {
		return text
	}
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{text, number}}
}

func bound(s *jsonschema.Schema, r strictyaml.Rule) {
	if !math.IsNaN(r.Above) {
		s.ExclusiveMinimum = jsonNumber(r.Above)
	} else {
		s.Minimum = jsonNumber(r.Min)
	}
	if !math.IsInf(r.Max, 1) {
		s.Maximum = jsonNumber(r.Max)
	}
}

func jsonNumber(f float64) json.Number { return json.Number(strconv.FormatFloat(f, 'f', -1, 64)) }

// schemaFile is a schema with the type that it is made of.
type schemaFile struct {
	kind      string // as in the name of the file
	root      reflect.Type
	committed []byte
}

func schemaFiles() []schemaFile {
	return []schemaFile{
		{"model", reflect.TypeFor[Model](), Schema()},
		{"suite", reflect.TypeFor[Suite](), SuiteSchema()},
		{"calibration", reflect.TypeFor[Calibration](), CalibrationSchema()},
	}
}

// generate returns the schema of the type with the comments of the source as descriptions.
func (f schemaFile) generate(t *testing.T) []byte {
	t.Helper()
	reflector := &jsonschema.Reflector{
		BaseSchemaID: "https://fulcrum.dev/schema/v1alpha1",
		Mapper: func(typ reflect.Type) *jsonschema.Schema {
			if q, ok := quantities[typ]; ok {
				return q.schemaOf(strictyaml.ParseRule(""))
			}
			return nil
		},
	}
	const path = "fulcrum.dev/fulcrum/api/v1alpha1"
	if err := reflector.AddGoComments(path, ".", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	s := reflector.ReflectFromType(f.root)
	s.ID = jsonschema.ID("https://fulcrum.dev/schema/v1alpha1/" + f.kind + ".schema.json")
	s.Title = "Fulcrum " + f.kind
	for typ := range strictyaml.TypesOf(f.root) {
		refine(s.Definitions[typ.Name()], typ)
	}
	for typ, scalar := range map[string]reflect.Type{
		"DurationDistribution": reflect.TypeFor[unit.Duration](), "CountDistribution": reflect.TypeFor[unit.Count](),
	} {
		if s.Definitions[typ] == nil {
			continue
		}
		allowScalar(s.Definitions[typ], quantities[scalar].schemaOf(strictyaml.ParseRule("")))
	}
	for _, definition := range s.Definitions {
		unwrap(definition)
	}
	encoded, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(encoded, '\n')
}

// refine adds to a definition what the check tags say.
func refine(definition *jsonschema.Schema, typ reflect.Type) {
	for _, f := range strictyaml.FieldsOf(typ) {
		property, _ := definition.Properties.Get(f.Name)
		base := f.Type
		if base.Kind() == reflect.Pointer {
			base = base.Elem()
		}
		if q, ok := quantities[base]; ok {
			refined := q.schemaOf(f.Rule)
			property.Type, property.Pattern, property.OneOf = refined.Type, refined.Pattern, refined.OneOf
			continue
		}
		refineBasic(property, base, f)
	}
}

func refineBasic(property *jsonschema.Schema, base reflect.Type, f strictyaml.Field) {
	one := uint64(1)
	switch base.Kind() {
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		bound(property, f.Rule)
	case reflect.Slice:
		property.MinItems = &one
		refineBasic(property.Items, base.Elem(), f)
	case reflect.Map:
		property.MinProperties = &one
		property.AdditionalProperties = &jsonschema.Schema{Type: "integer", Minimum: json.Number("0")}
		if base.Elem().Kind() == reflect.String {
			property.AdditionalProperties = &jsonschema.Schema{Type: "string", Pattern: `\S`}
		}
		property.PatternProperties = nil
	case reflect.String:
		for _, name := range f.Rule.OneOf {
			property.Enum = append(property.Enum, name)
		}
		switch {
		case f.Name == "cuda" || f.Name == "tensorrt":
			property.Pattern = VersionPattern
		case f.Name == "name":
			property.Pattern = NamePattern
		case len(property.Enum) == 0:
			property.Pattern = `\S`
		}
	}
}

// allowScalar lets a definition be the scalar instead of the mapping.
func allowScalar(definition, scalar *jsonschema.Schema) {
	object := *definition
	object.Description = ""
	*definition = jsonschema.Schema{
		Description: definition.Description,
		OneOf:       append(slices.Clone(scalar.OneOf), &object),
	}
}

// unwrap joins the lines of comments.
func unwrap(s *jsonschema.Schema) {
	s.Description = strings.Join(strings.Fields(s.Description), " ")
	for _, part := range slices.Concat(s.OneOf, slices.Collect(maps.Values(s.Definitions))) {
		unwrap(part)
	}
	if s.Properties == nil {
		return
	}
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		p.Value.Description = strings.Join(strings.Fields(p.Value.Description), " ")
	}
}
