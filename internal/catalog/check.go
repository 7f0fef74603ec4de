package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Trouble is a kind of finding.
type Trouble string

// The kinds of finding, in the order in which Check lists them.
const (
	Stale       Trouble = "stale"       // older than the age asked for
	Undated     Trouble = "undated"     // no date is known
	Doubtful    Trouble = "low"         // low confidence
	Unplannable Trouble = "unplannable" // priced, but no home can be planned on it
	NotSold     Trouble = "not-sold"    // known not to be sold
	Unknown     Trouble = "hole"        // not known to the catalogue
)

// Finding is something that users of the catalogue should know.
type Finding struct {
	Trouble Trouble `json:"trouble"`
	// Subjects are the keys of the offers, or the ids of the cluster sets, that it concerns.
	Subjects []string `json:"subjects"`
	// Detail is the citation and date, or the reason.
	Detail string `json:"detail"`
	// AgeDays is the age of a stale price.
	AgeDays int `json:"ageDays,omitempty"`
}

// Check lists what is older than maxAge on the given day, what is undated or of
// low confidence, what cannot be planned on, what is not sold, and what is not
// known. Prices of one source and day are one finding.
func (c *Catalog) Check(today time.Time, maxAge time.Duration) []Finding {
	var found findings
	for _, o := range c.offers {
		for _, r := range o.Rates {
			found.rate(o.Key(), r, today, maxAge)
		}
		if o.Unplannable != "" {
			found.add(Unplannable, o.Key(), o.Unplannable, 0)
		}
	}
	for _, set := range c.Clusters() {
		for _, item := range set.Items {
			found.rate(set.ID, item.Rate, today, maxAge)
		}
	}
	for _, r := range c.refusals {
		found.add(NotSold, r.ID, fmt.Sprintf("%s (%s, %s)", r.Reason, r.Source, dateText(r.AsOf)), 0)
	}
	for _, h := range c.holes {
		found.add(Unknown, h.Provider+": "+h.Matter, h.State, 0)
	}
	order := []Trouble{Stale, Undated, Doubtful, Unplannable, NotSold, Unknown}
	slices.SortStableFunc(found, func(a, b Finding) int {
		if d := slices.Index(order, a.Trouble) - slices.Index(order, b.Trouble); d != 0 {
			return d
		}
		return b.AgeDays - a.AgeDays
	})
	return found
}

type findings []Finding

func (f *findings) rate(subject string, r Rate, today time.Time, maxAge time.Duration) {
	age := today.Sub(r.AsOf)
	detail := fmt.Sprintf("%s, %s", r.Source, dateText(r.AsOf))
	switch {
	case r.AsOf.IsZero():
		f.add(Undated, subject, detail, 0)
	case age > maxAge:
		f.add(Stale, subject, detail, int(age/(24*time.Hour)))
	}
	if r.Confidence == Low {
		f.add(Doubtful, subject, detail, 0)
	}
}

func (f *findings) add(t Trouble, subject, detail string, age int) {
	for i := range *f {
		have := &(*f)[i]
		if have.Trouble == t && have.Detail == detail {
			if !slices.Contains(have.Subjects, subject) {
				have.Subjects = append(have.Subjects, subject)
			}
			return
		}
	}
	*f = append(*f, Finding{Trouble: t, Subjects: []string{subject}, Detail: strings.TrimSpace(detail), AgeDays: age})
}
