package workload

import (
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// TestPriority: a part of a merge has the priority that it gives, and keeps it when it is scaled and cached; what is merged
// into it has its own.
func TestPriority(t *testing.T) {
	part := func(rate float64, priority int, merge ...v1alpha1.Traffic) v1alpha1.Traffic {
		return v1alpha1.Traffic{
			Generator: &v1alpha1.Generator{Rate: unit.Rate(rate), Span: unit.Duration(1000e9)},
			Priority:  priority, Merge: merge,
		}
	}
	w, err := FromTraffic(nil, part(8, 3, part(4, 0), part(2, 7)))
	if err != nil {
		t.Fatal(err)
	}
	if w, err = Cache(w, 1e6); err != nil {
		t.Fatal(err)
	}
	if w, err = Scale(w, 2, 1); err != nil {
		t.Fatal(err)
	}
	if !w.Info().HasPriorities {
		t.Error("the workload does not say that it has priorities")
	}
	all, err := ReadAll(w)
	if err != nil {
		t.Fatal(err)
	}
	var seen [Priorities]float64
	for _, r := range all {
		seen[r.Priority]++
	}
	for priority, want := range [Priorities]float64{0: 8000, 3: 16000, 7: 4000} {
		if got := seen[priority]; got < 0.9*want || got > 1.1*want {
			t.Errorf("%g requests of priority %d, want about %g", got, priority, want)
		}
	}
}

// TestPriorityIsBounded: beyond the priorities there are it is an error.
func TestPriorityIsBounded(t *testing.T) {
	record := NewRecorded(Info{Span: 1}, []Request{{}})
	for _, priority := range []int{-1, Priorities} {
		if _, err := Prioritise(record, priority); err == nil {
			t.Errorf("priority %d: no error", priority)
		}
	}
	if w, err := Prioritise(record, 0); err != nil || w.Info().HasPriorities {
		t.Errorf("priority 0 is none: %v", err)
	}
}
