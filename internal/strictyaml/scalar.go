package strictyaml

import (
	"encoding/json"
	"errors"
	"math"
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

// text checks a scalar that the type parses itself.
func (c *checker) text(s slot, n *yaml.Node, typ reflect.Type) (any, bool) {
	if isNumber(n) && !plainNumber.MatchString(n.Value) {
		return c.refuseNumber(s, n)
	}
	encoded, err := json.Marshal(n.Value)
	if err != nil {
		c.refuse(s.path, s.at, "%v", err)
		return nil, false
	}
	parsed := reflect.New(typ)
	if err := parsed.Interface().(json.Unmarshaler).UnmarshalJSON(encoded); err != nil {
		c.refuse(s.path, s.at, "%s", shortenGot(err.Error()))
		return nil, false
	}
	if number, ok := numberOf(parsed.Elem()); ok && !c.obeys(s, n.Value, typ, number) {
		return nil, false
	}
	return n.Value, true
}

// basic checks a scalar against text, a switch or a number.
func (c *checker) basic(s slot, n *yaml.Node, typ reflect.Type) (any, bool) {
	switch typ.Kind() {
	case reflect.String:
		return c.plainText(s, n)
	case reflect.Bool:
		if n.ShortTag() == "!!bool" {
			return strings.EqualFold(n.Value, "true"), true
		}
		c.refuse(s.path, s.at, "expected true or false, got %s", Quoted(n.Value))
		return nil, false
	}
	if isNumber(n) && !plainNumber.MatchString(n.Value) {
		return c.refuseNumber(s, n)
	}
	value, number, err := parseNumber(n, typ)
	if err != nil {
		c.refuse(s.path, s.at, "expected %s, got %s", expectation(typ), describe(n))
		return nil, false
	}
	return value, c.obeys(s, n.Value, typ, number)
}

func (c *checker) refuseNumber(s slot, n *yaml.Node) (any, bool) {
	c.refuse(s.path, s.at, "expected a number in plain decimals such as 8, 0.5 or 1e6, got %s", shorten(n.Value))
	return nil, false
}

var errNoNumber = errors.New("no number of this type")

// parseNumber reads a number of the given kind, also as a float64 for its bounds.
func parseNumber(n *yaml.Node, typ reflect.Type) (value any, number float64, err error) {
	if !isNumber(n) {
		return nil, 0, errNoNumber
	}
	digits := strings.TrimPrefix(n.Value, "+")
	switch typ.Kind() {
	case reflect.Float64:
		number, err = strconv.ParseFloat(digits, 64)
		if math.IsInf(number, 0) {
			err = errNoNumber
		}
		return number, number, err
	case reflect.Uint64:
		u, err := strconv.ParseUint(digits, 10, 64)
		return u, float64(u), err
	}
	i, err := strconv.ParseInt(digits, 10, 64)
	return i, float64(i), err
}

// plainText checks a scalar against a string. Numbers, dates and the switches of
// any version of YAML need quotes: without them 12.10 is 12.1 to other readers.
func (c *checker) plainText(s slot, n *yaml.Node) (any, bool) {
	switch {
	case n.Style == 0 && isOldSwitch(n.Value):
		c.refuse(s.path, s.at, "expected text, got %s, which other readers of YAML take for true or false: write it in quotes, %q", n.Value, n.Value)
		return nil, false
	case n.ShortTag() != "!!str":
		c.refuse(s.path, s.at, "expected text, got %s: write it in quotes, %s", describe(n), strconv.Quote(shorten(n.Value)))
		return nil, false
	case strings.TrimSpace(n.Value) == "":
		c.refuse(s.path, s.at, "expected text, got nothing: fill it in or leave the field out")
		return nil, false
	case strings.ContainsFunc(n.Value, isUnprintable):
		c.refuse(s.path, s.at, "expected text without control characters, got %s", Quoted(n.Value))
		return nil, false
	}
	if !s.rule.allowsText(n.Value) {
		c.refuse(s.path, s.at, "%s", s.rule.unknown(n.Value))
		return nil, false
	}
	return n.Value, true
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
	if i := scalarField(v.Type()); i >= 0 {
		return numberOf(v.Field(i))
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
