package plan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/simulate"
)

// figures is what a plan says of a candidate.
type figures struct {
	Status     Status           `json:"status"`
	Monthly    unit.Money       `json:"monthly"`
	Bill       catalog.Bill     `json:"bill"`
	Usage      catalog.Usage    `json:"monthlyUsage,omitempty"`
	Outcome    simulate.Outcome `json:"outcome"`
	Objectives []Attainment     `json:"objectives"`
	Settings   []v1alpha1.Home  `json:"settings"`
	Parts      []Placement      `json:"parts,omitempty"`
}

func figuresOf(c *Candidate) figures {
	parts := slices.Clone(c.Parts)
	for i := range parts {
		parts[i].Assumptions = nil // what a file gives is no assumption any more
	}
	return figures{
		Status: c.Status, Monthly: c.Monthly, Bill: c.Bill, Usage: c.MonthlyUsage, Outcome: c.Outcome, Objectives: c.Objectives,
		Settings: c.Homes(), Parts: parts,
	}
}

// pointFigures is what a point of the tipping curve says of one side.
type pointFigures struct {
	Status      Status          `json:"status"`
	Monthly     *unit.Money     `json:"monthly"`
	Utilisation *float64        `json:"clusterUtilisation,omitempty"`
	Settings    []v1alpha1.Home `json:"settings"`
}

func (c claimed) point() pointFigures {
	return pointFigures{Status: Feasible, Monthly: c.monthly, Utilisation: c.utilisation, Settings: []v1alpha1.Home{*c.settings}}
}

func pointOf(got *Candidate, c claimed) pointFigures {
	p := pointFigures{Status: got.Status, Monthly: &got.Monthly, Settings: got.Homes()}
	if c.utilisation != nil {
		p.Utilisation = &got.Outcome.Utilisation
	}
	return p
}

func classOf(h *v1alpha1.Home) catalog.PriceClass { return homeClass(*h) }

// telling are the fields that say the most, which are listed first.
var telling = []string{
	"status", "settings", "monthly", "clusterUtilisation", "objectives", "outcome.rejected", "outcome.timedOut", "outcome.coldStarts",
	"outcome.latency", "outcome.utilisation", "bill",
}

func tellingRank(path string) int {
	i := slices.IndexFunc(telling, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
	if i < 0 {
		return len(telling)
	}
	return i
}

// compareFigures lists the fields whose JSON differs, the most telling ones first.
func compareFigures(diff func(field, expected, got string) Difference, expected, got any) ([]Difference, error) {
	a, err := leaves(expected)
	if err != nil {
		return nil, err
	}
	b, err := leaves(got)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	var list []Difference
	paths := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(tellingRank(a)-tellingRank(b), strings.Compare(a, b))
	})
	for _, path := range paths {
		if a[path] != b[path] {
			list = append(list, diff(path, a[path], b[path]))
		}
	}
	return list, nil
}

// leaves are the values of a record's JSON that hold no others, by their paths.
func leaves(record any) (map[string]string, error) {
	data, err := json.Marshal(record)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber() // figures are compared as they are written
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	found := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, value := range v {
				if path != "" {
					name = path + "." + name
				}
				walk(name, value)
			}
		case []any:
			for i, value := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), value)
			}
		default:
			found[path] = fmt.Sprint(v)
		}
	}
	walk("", v)
	return found, nil
}
