package analysis

import (
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
)

// Judgement is a threshold with what came of it.
type Judgement struct {
	record.Threshold
	Of       string         `json:"of"`
	Estimate stats.Estimate `json:"estimate"`
	Verdict  Verdict        `json:"verdict"`
	// Reason says why it fails where the estimate does not.
	Reason string `json:"reason,omitempty"`
}

// hold holds a threshold against a target. Where that gave no right answer nothing shows that the threshold is met, however
// few requests it was asked.
func (t *Target) hold(th record.Threshold, e stats.Estimate) Judgement {
	j := Judgement{Threshold: th, Of: t.Name, Estimate: e, Verdict: Judge(e, th.Max)}
	if t.isUnanswered() && j.Verdict == Inconclusive {
		j.Verdict, j.Reason = Fail, "no right answer"
	}
	return j
}

// isUnanswered reports whether nothing that a target was asked was answered right.
func (t *Target) isUnanswered() bool { return t.Errors.Count > 0 && t.Kinds[record.OK] == 0 }

// judge holds the thresholds against the targets.
func (a *Result) judge(thresholds []record.Threshold, seed uint64) {
	for i, th := range thresholds {
		for j := range a.Targets {
			t := &a.Targets[j]
			if th.Target != "" && th.Target != t.Name {
				continue
			}
			e := t.Errors
			if m, ok := record.ParseMetric(th.Metric); ok {
				rng := random.New(random.Derive(seed, uint64(i)), random.Bootstrap, uint64(j))
				e = stats.Blocks(t.rows.Series(m)).Percentile(th.Percentile, rng)
			}
			a.Thresholds = append(a.Thresholds, t.hold(th, e))
		}
	}
	for i := range a.Targets {
		if t := &a.Targets[i]; t.isUnanswered() {
			a.Unanswered = append(a.Unanswered, t.Name)
		}
	}
	if !a.Valid || len(a.Thresholds)+len(a.Unanswered) == 0 {
		return
	}
	if a.Verdict = Pass; len(a.Unanswered) > 0 {
		a.Verdict = Fail
	}
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
