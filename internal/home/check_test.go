package home

import (
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// TestCheckRefusesImpossible: no home that is built in another way can panic the engine.
func TestCheckRefusesImpossible(t *testing.T) {
	rule := scale.DefaultTargetTracking(scale.Bounds{Min: 1, Max: 2})
	rule.Target = 0
	for name, f := range map[string]Function{
		"a rate without a period":  {Limit: 1, Burst: 1},
		"windows the wrong way":    {Limit: 1, IdleExpiry: 2, IdleExpiryMax: 1},
		"a window and a histogram": {Limit: 1, IdleExpiryMax: 1, IdleHistogram: true},
		"an unknown routing":       {Limit: 1, Routing: 9},
		"a negative delay":         {Limit: 1, AllocationDelay: -1},
		"a warm snapshot":          {Limit: 2, Provisioned: 1, Snapshot: true},
		"a target of 0":            {Limit: 5, Tracking: &rule},
		"a time beyond the day":    {Limit: 5, Schedule: []scale.ScheduleEntry{{At: 25 * time.Hour}}},
	} {
		if f.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, c := range map[string]Container{
		"a rate without a period": {Max: 1, Burst: 1},
		"a negative queue":        {Max: 1, QueueLength: -1},
		"a negative hold":         {Max: 1, IdleHold: -1},
		"a time beyond the day":   {Max: 5, Schedule: []scale.ScheduleEntry{{At: 25 * time.Hour}}},
	} {
		if c.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
