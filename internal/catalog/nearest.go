package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// nearest returns up to n of the candidates that are closest to a misspelt
// name, closest first; none when nothing is similar.
func nearest(name string, candidates []string, n int) []string {
	type scored struct {
		text     string
		distance int
	}
	want := strings.ToLower(name)
	var near []scored
	for _, c := range candidates {
		have := strings.ToLower(c)
		d := levenshtein.ComputeDistance(want, have)
		if strings.Contains(have, want) && len(want) > 2 {
			d = min(d, 2)
		}
		if d <= max(2, len(want)/3) {
			near = append(near, scored{c, d})
		}
	}
	slices.SortFunc(near, func(a, b scored) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		return strings.Compare(a.text, b.text)
	})
	var names []string
	for _, s := range near[:min(n, len(near))] {
		names = append(names, s.text)
	}
	return names
}

// suggest says what a misspelt name may have meant, or what there is.
func suggest(name string, candidates []string) string {
	if near := nearest(name, candidates, 3); len(near) > 0 {
		return fmt.Sprintf(": did you mean %s?", strings.Join(near, ", "))
	}
	if len(candidates) == 0 {
		return ""
	}
	if len(candidates) > 30 {
		candidates = append(slices.Clone(candidates[:30]), "...")
	}
	return fmt.Sprintf(": expected one of %s", strings.Join(candidates, ", "))
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
