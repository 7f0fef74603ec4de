package main

import (
	"slices"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	for _, c := range []struct{ only, without, want string }{
		{"", "", strings.Join(names(parts), " ")},
		{"nodes", "", "control-plane nodes"},
		{"containers,functions", "", "functions containers"},
		{"llama", "", "control-plane services nodes llama"},
		{"", "control-plane,llama-function,offline", "functions encoder-function containers llama-containers"},
		{"encoder,functions", "metrics", "control-plane services nodes functions"},
	} {
		split := func(list string) []string { return strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) }
		chosen, err := choose(split(c.only), split(c.without))
		if got := strings.Join(names(chosen), " "); err != nil || got != c.want {
			t.Errorf("only %q without %q: %q, %v; want %q", c.only, c.without, got, err, c.want)
		}
	}
	for want, list := range map[string][]string{`no part "pods"`: {"pods"}, "no part of the laboratory is left": names(parts)} {
		if _, err := choose(nil, list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %q: %v, want %q", list, err, want)
		}
	}
}

// TestNeedsComeFirst: parts are started in the order of the table.
func TestNeedsComeFirst(t *testing.T) {
	for i, p := range parts {
		for _, need := range p.needs {
			if at := slices.Index(names(parts), need); at < 0 || at >= i {
				t.Errorf("%s needs %s, which is not above it", p.name, need)
			}
		}
	}
}
