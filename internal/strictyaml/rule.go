package strictyaml

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"

	"fulcrum.dev/fulcrum/api/unit"
)

// Rule is what the check tag of a field says about its values: a list without
// spaces after the commas of gt=N, gte=N, lte=N (in the field's base unit) and
// oneof=A B C. Fields of a numeric type are at least 0, and shares at most 1,
// without a tag. A scalar in the place of a struct stands for its field with the
// tag scalar. Schemas take their bounds from the same tags.
type Rule struct {
	Above    float64 // exclusive; NaN is no bound
	Min, Max float64
	OneOf    []string
	Scalar   bool
}

// ParseRule reads a check tag.
func ParseRule(tag string) Rule {
	r := Rule{Above: math.NaN(), Min: 0, Max: math.Inf(1)}
	for part := range strings.SplitSeq(tag, ",") {
		name, value, _ := strings.Cut(part, "=")
		number, _ := strconv.ParseFloat(value, 64) // a test reads every tag
		switch name {
		case "gt":
			r.Above = number
		case "gte":
			r.Min = number
		case "lte":
			r.Max = number
		case "scalar":
			r.Scalar = true
		case "oneof":
			r.OneOf = strings.Fields(value)
		}
	}
	return r
}

// allowsText reports whether a text is one of those that the field knows.
func (r Rule) allowsText(s string) bool {
	if len(r.OneOf) == 0 {
		return true
	}
	return slices.Contains(r.OneOf, s)
}

// unknown says what the field knows instead of a text.
func (r Rule) unknown(s string) string {
	if near := nearest(s, r.OneOf); near != "" {
		return fmt.Sprintf("unknown value %s: did you mean %q?", Quoted(s), near)
	}
	return fmt.Sprintf("expected %s, got %s", choice(r.OneOf), Quoted(s))
}

// choice writes a list as a choice: a, b or c.
func choice(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// obeys checks a number against the rule of its field.
func (d *decoder) obeys(s slot, text string, typ reflect.Type, number float64) bool {
	least, most := s.rule.Min, s.rule.Max
	if typ == reflect.TypeFor[unit.Share]() {
		most = min(most, 1)
	}
	switch {
	case !math.IsNaN(s.rule.Above) && number <= s.rule.Above:
		d.refuse(s.path, s.at, "expected more than %s, got %s", plain(s.rule.Above), shorten(text))
	case number < least || number > most:
		d.refuse(s.path, s.at, "expected %s, got %s", interval(least, most), shorten(text))
	default:
		return true
	}
	return false
}

func interval(least, most float64) string {
	if math.IsInf(most, 1) {
		return "at least " + plain(least)
	}
	return "from " + plain(least) + " to " + plain(most)
}

// plain writes a number without an exponent.
func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// expectedValue says in words what a field takes.
func expectedValue(f Field) string {
	if len(f.Rule.OneOf) > 0 {
		return choice(f.Rule.OneOf)
	}
	return expectation(f.Type)
}

// suggestion ends a message about an unknown name with the nearest known one,
// or with all of them when none is near.
func suggestion(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return fmt.Sprintf(": did you mean %q?", near)
	}
	return ": expected " + choice(known)
}

// nearest returns the known name with the fewest edits from name, or "" when it
// would take more than a third of its letters (at least two, but not half) to change.
func nearest(name string, known []string) string {
	if len(name) > maxQuoted {
		return ""
	}
	best, fewest := "", max(2, len(name)/3)+1
	for _, k := range known {
		if plain := withoutDigits(k); plain != k && plain == withoutDigits(name) {
			continue // p50 is no misspelled p90
		}
		edits := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k))
		if edits < fewest && 2*edits < max(len(name), len(k)) {
			best, fewest = k, edits
		}
	}
	return best
}

func withoutDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return -1
		}
		return r
	}, s)
}
