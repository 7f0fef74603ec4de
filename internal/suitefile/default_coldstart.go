package suitefile

import (
	"cmp"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// hasColdStarts reports whether a target says how to bring one about.
func hasColdStarts(s *v1alpha1.SuiteSpec) bool {
	for i := range s.Targets {
		if s.Targets[i].ColdStart != nil {
			return true
		}
	}
	return false
}

// hasKeepAlive reports whether a window is looked for.
func hasKeepAlive(s *v1alpha1.SuiteSpec) bool {
	for i := range s.Targets {
		if s.SearchOf(&s.Targets[i]) != nil {
			return true
		}
	}
	return false
}

func defaultColdStarts(s *v1alpha1.SuiteSpec) {
	if hasColdStarts(s) && s.ColdStarts == nil {
		s.ColdStarts = new(v1alpha1.ColdStarts)
	}
	if c := s.ColdStarts; c != nil {
		c.Count = cmp.Or(c.Count, 5)
		c.Settle = cmp.Or(c.Settle, new(unit.Duration(5*time.Second)))
		c.Timeout = cmp.Or(c.Timeout, unit.Duration(15*time.Minute))
	}
	defaultKeepAlive(s.KeepAlive)
	for i := range s.Targets {
		t := &s.Targets[i]
		defaultKeepAlive(t.KeepAlive)
		if t.ColdStart == nil {
			continue
		}
		if k := t.ColdStart.Kubernetes; k != nil {
			k.By = cmp.Or(k.By, "scale")
		}
		if l := t.ColdStart.Lambda; l != nil {
			l.Variable = cmp.Or(l.Variable, "FULCRUM_COLD_START")
		}
		if r := t.ColdStart.CloudRun; r != nil {
			r.Endpoint = cmp.Or(r.Endpoint, "https://run.googleapis.com")
		}
	}
}

func defaultKeepAlive(k *v1alpha1.KeepAliveSearch) {
	if k == nil {
		return
	}
	k.From = cmp.Or(k.From, unit.Duration(time.Minute))
	k.To = cmp.Or(k.To, unit.Duration(30*time.Minute))
	k.Within = cmp.Or(k.Within, 0.1)
}
