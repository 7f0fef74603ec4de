package home

import (
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/scale"
)

// checkSchedule returns an error when a schedule is impossible, or has a least number above a limit.
func checkSchedule(entries []scale.ScheduleEntry, limit int) error {
	if len(entries) == 0 {
		return nil
	}
	for _, e := range entries {
		if e.Min > limit {
			return fmt.Errorf("the schedule has %d at %v: expected at most the limit of %d", e.Min, e.At, limit)
		}
	}
	_, err := scale.NewSchedule(time.Time{}, entries)
	return err
}
