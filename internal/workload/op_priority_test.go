package workload_test

import (
	"testing"

	"fulcrum.dev/fulcrum/internal/workload"
)

// TestPriorityIsBounded: beyond the priorities there are it is an error.
func TestPriorityIsBounded(t *testing.T) {
	record := workload.NewRecorded(workload.Info{Span: 1}, []workload.Request{{}})
	for _, priority := range []int{-1, workload.Priorities} {
		if _, err := workload.Prioritise(record, priority); err == nil {
			t.Errorf("priority %d: no error", priority)
		}
	}
	if w, err := workload.Prioritise(record, 0); err != nil || w.Info().HasPriorities {
		t.Errorf("priority 0 is none: %v", err)
	}
}
