package analysis

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Change is one figure of a target over the same figure of an earlier run.
type Change struct {
	Target     string         `json:"target"`
	Metric     string         `json:"metric"`
	Percentile float64        `json:"percentile"`
	Ratio      stats.Estimate `json:"ratio"`
}

// Earlier is what an earlier run was, and how this one compares.
type Earlier struct {
	Start   time.Time `json:"start"`
	Tool    string    `json:"tool"`
	Load    string    `json:"load"`
	Changes []Change  `json:"changes"`
}

// CompareWith adds the changes since an earlier run, target by target of the same name. The runs were made at different
// times, so that what the weather did to one of them does not cancel out.
func (a *Result) CompareWith(before *record.Columns, seed uint64) {
	h := before.Header
	old := &Result{Gate: h.Gate, Closed: h.Closed}
	old.gate(before)
	old.split(before, seed)
	a.Against = &Earlier{Start: h.Start, Tool: h.Tool, Load: h.Load}
	if h.SuiteHash != a.SuiteHash {
		a.warn("the earlier run is of another suite or load: %s", h.Load)
	}
	if !old.Valid {
		a.warn("the earlier run is invalid: %s", old.Invalid)
	}
	for i := range a.Targets {
		for j := range old.Targets {
			if a.Targets[i].Name == old.Targets[j].Name {
				a.Against.Changes = append(a.Against.Changes, changes(&a.Targets[i], &old.Targets[j], random.Derive(seed, uint64(2000+i)))...)
			}
		}
	}
	if len(a.Against.Changes) == 0 {
		a.warn("nothing can be compared with the earlier run: %s", differentTargets(a.Targets, old.Targets))
	}
}

func changes(now, before *Target, seed uint64) []Change {
	var list []Change
	for i, m := range record.Metrics() {
		x, y := stats.Blocks(now.rows.Series(m)), stats.Blocks(before.rows.Series(m))
		if x.Len() == 0 || y.Len() == 0 || m == record.Connect {
			continue
		}
		for j, p := range []float64{50, 95} {
			list = append(list, Change{
				Target: now.Name, Metric: m.String(), Percentile: p,
				Ratio: stats.Ratio(x, y, p, random.New(seed, random.Bootstrap, uint64(2*i+j))),
			})
		}
	}
	return list
}

func differentTargets(now, before []Target) string {
	names := func(list []Target) (s []string) {
		for _, t := range list {
			s = append(s, t.Name)
		}
		return s
	}
	return fmt.Sprintf("it has answers of %v, this one of %v", names(before), names(now))
}
