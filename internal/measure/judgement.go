package measure

import "fulcrum.dev/fulcrum/internal/random"

// Judgement is a threshold with what came of it.
type Judgement struct {
	Threshold
	Of       string   `json:"of"`
	Estimate Estimate `json:"estimate"`
	Verdict  Verdict  `json:"verdict"`
}

// judge holds the thresholds against the targets.
func (a *Analysis) judge(thresholds []Threshold, seed uint64) {
	for i, th := range thresholds {
		for j := range a.Targets {
			t := &a.Targets[j]
			if th.Target != "" && th.Target != t.Name {
				continue
			}
			e := t.Errors
			if m, ok := metricOf(th.Metric); ok {
				e = Percentile(m.series(t.records), th.Percentile, random.New(random.Derive(seed, uint64(i)), random.Bootstrap, uint64(j)))
			}
			a.Thresholds = append(a.Thresholds, Judgement{Threshold: th, Of: t.Name, Estimate: e, Verdict: Judge(e, th.Most)})
		}
	}
	if !a.Valid || len(a.Thresholds) == 0 {
		return
	}
	a.Verdict = Pass
	for _, j := range a.Thresholds {
		switch {
		case j.Verdict == Fail:
			a.Verdict = Fail
		case j.Verdict == Inconclusive && a.Verdict == Pass:
			a.Verdict = Inconclusive
		}
	}
	if a.Verdict == Pass && !a.Complete {
		a.Verdict = Inconclusive
	}
}
