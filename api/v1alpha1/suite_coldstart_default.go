package v1alpha1

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// HasLoad reports whether there is a load: a suite may bring about cold starts alone.
func (l *SuiteLoad) HasLoad() bool { return l.given() > 0 }

func (l *SuiteLoad) given() int {
	given := 0
	for _, is := range []bool{len(l.Phases) > 0, l.Traffic != nil, l.Closed != nil} {
		if is {
			given++
		}
	}
	return given
}

// SearchOf returns the search for a target's keep-alive window: its own, or that of the suite; nil for none.
func (s *SuiteSpec) SearchOf(t *Target) *KeepAliveSearch {
	if t.KeepAlive != nil {
		return t.KeepAlive
	}
	return s.KeepAlive
}

// hasColdStarts reports whether a target says how to bring one about.
func (s *SuiteSpec) hasColdStarts() bool {
	for i := range s.Targets {
		if s.Targets[i].ColdStart != nil {
			return true
		}
	}
	return false
}

// hasKeepAlive reports whether a window is looked for.
func (s *SuiteSpec) hasKeepAlive() bool {
	for i := range s.Targets {
		if s.SearchOf(&s.Targets[i]) != nil {
			return true
		}
	}
	return false
}

func (s *SuiteSpec) applyColdStartDefaults() {
	if s.hasColdStarts() && s.ColdStarts == nil {
		s.ColdStarts = new(ColdStarts)
	}
	if c := s.ColdStarts; c != nil {
		setDefault(&c.Count, 5)
		setPointer(&c.Settle, unit.Duration(5*time.Second))
		setDefault(&c.Timeout, unit.Duration(15*time.Minute))
	}
	s.KeepAlive.applyDefaults()
	for i := range s.Targets {
		t := &s.Targets[i]
		t.KeepAlive.applyDefaults()
		if t.ColdStart == nil {
			continue
		}
		if k := t.ColdStart.Kubernetes; k != nil {
			setDefault(&k.By, "scale")
		}
		if l := t.ColdStart.Lambda; l != nil {
			setDefault(&l.Variable, "FULCRUM_COLD_START")
		}
		if r := t.ColdStart.CloudRun; r != nil {
			setDefault(&r.Endpoint, "https://run.googleapis.com")
		}
	}
}

func (k *KeepAliveSearch) applyDefaults() {
	if k == nil {
		return
	}
	setDefault(&k.From, unit.Duration(time.Minute))
	setDefault(&k.To, unit.Duration(30*time.Minute))
	setDefault(&k.Within, 0.1)
}
