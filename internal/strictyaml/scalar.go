package strictyaml

import (
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// plainNumber is how every version of YAML writes a decimal number. Others,
// such as 010 (8 or 10?) or 1_000, are refused.
var plainNumber = regexp.MustCompile(`^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$`)

// isNumber reports whether a scalar is written as a number, without quotes.
func isNumber(n *yaml.Node) bool {
	return n.ShortTag() == "!!int" || n.ShortTag() == "!!float"
}

// text decodes a scalar that the type parses itself.
func (d *decoder) text(s slot, n *yaml.Node, v reflect.Value) bool {
	if f, ok := scalarField(v.Type()); ok {
		v.SetZero()
		return d.text(s, n, v.Field(f.index))
	}
	if isNumber(n) && !plainNumber.MatchString(n.Value) {
		return d.refuseNumber(s, n)
	}
	encoded, err := json.Marshal(n.Value)
	if err != nil {
		d.refuse(s.path, s.at, "%v", err)
		return false
	}
	parsed := reflect.New(v.Type())
	parsed.Elem().Set(v)
	if d.doc.Visit != nil {
		d.doc.Visit(parsed.Interface(), d.file, n.Line)
	}
	if err := parsed.Interface().(json.Unmarshaler).UnmarshalJSON(encoded); err != nil {
		d.refuse(s.path, s.at, "%s", shortenGot(err.Error()))
		return false
	}
	if number, ok := numberOf(parsed.Elem()); ok && !d.obeys(s, n.Value, v.Type(), number) {
		return false
	}
	v.Set(parsed.Elem())
	return true
}

// basic decodes a scalar as text, a switch or a number.
func (d *decoder) basic(s slot, n *yaml.Node, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		if !d.plainText(s, n) {
			return false
		}
		v.SetString(n.Value)
		return true
	case reflect.Bool:
		if n.ShortTag() != "!!bool" {
			d.refuse(s.path, s.at, "expected true or false, got %s", Quoted(n.Value))
			return false
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
		return true
	}
	if isNumber(n) && !plainNumber.MatchString(n.Value) {
		return d.refuseNumber(s, n)
	}
	parsed := reflect.New(v.Type()).Elem()
	number, err := setNumber(parsed, n)
	if err != nil {
		d.refuse(s.path, s.at, "expected %s, got %s", expectation(v.Type()), describe(n))
		return false
	}
	if !d.obeys(s, n.Value, v.Type(), number) {
		return false
	}
	v.Set(parsed)
	return true
}

func (d *decoder) refuseNumber(s slot, n *yaml.Node) bool {
	d.refuse(s.path, s.at, "expected a number in plain decimals such as 8, 0.5 or 1e6, got %s", shorten(n.Value))
	return false
}

var errNoNumber = errors.New("no number of this type")

// setNumber sets a number, and returns it as a float64 for its bounds.
func setNumber(v reflect.Value, n *yaml.Node) (float64, error) {
	if !isNumber(n) {
		return 0, errNoNumber
	}
	digits := strings.TrimPrefix(n.Value, "+")
	switch v.Kind() {
	case reflect.Float64:
		f, err := strconv.ParseFloat(digits, 64)
		v.SetFloat(f)
		return f, err
	case reflect.Uint64:
		u, err := strconv.ParseUint(digits, 10, 64)
		v.SetUint(u)
		return float64(u), err
	}
	i, err := strconv.ParseInt(digits, 10, 64)
	v.SetInt(i)
	return float64(i), err
}

// plainText checks a scalar against a string. Numbers, dates and the switches of
// any version of YAML need quotes: without them 12.10 is 12.1 to other readers.
func (d *decoder) plainText(s slot, n *yaml.Node) bool {
	switch {
	case n.Style == 0 && isOldSwitch(n.Value):
		d.refuse(s.path, s.at, "expected text, got %s, which other readers of YAML take for true or false: write it in quotes, %q", n.Value, n.Value)
		return false
	case n.ShortTag() != "!!str":
		d.refuse(s.path, s.at, "expected text, got %s: write it in quotes, %s", describe(n), strconv.Quote(shorten(n.Value)))
		return false
	case strings.TrimSpace(n.Value) == "":
		d.refuse(s.path, s.at, "expected text, got nothing: fill it in or leave the field out")
		return false
	case strings.ContainsFunc(n.Value, isUnprintable):
		d.refuse(s.path, s.at, "expected text without control characters, got %s", Quoted(n.Value))
		return false
	}
	if !s.rule.allowsText(n.Value) {
		d.refuse(s.path, s.at, "%s", s.rule.unknown(n.Value))
		return false
	}
	return true
}

// isOldSwitch reports whether YAML 1.1, which other readers follow, reads a text as true or false.
func isOldSwitch(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	return false
}

func isUnprintable(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\ufeff' || r == '\ufffe' || r == '\uffff' || unicode.Is(unicode.Cs, r)
}

// numberOf returns the number that a quantity is, for its bounds.
func numberOf(v reflect.Value) (float64, bool) {
	switch v.Kind() {
	case reflect.Int64:
		return float64(v.Int()), true
	case reflect.Float64:
		return v.Float(), true
	}
	if d, ok := v.Interface().(interface{ Float64() float64 }); ok {
		return d.Float64(), true
	}
	return 0, false
}

// maxQuoted bounds how much of a user's text a message repeats.
const maxQuoted = 60

func shorten(s string) string {
	runes := []rune(s)
	if len(runes) <= maxQuoted {
		return s
	}
	return string(runes[:maxQuoted]) + "…"
}

func Quoted(s string) string { return strconv.Quote(shorten(s)) }

// shortenGot shortens the text that a parser's message ends with.
func shortenGot(message string) string {
	before, got, found := strings.Cut(message, ", got ")
	if text, err := strconv.Unquote(got); found && err == nil {
		return before + ", got " + Quoted(text)
	}
	return shorten(message)
}
