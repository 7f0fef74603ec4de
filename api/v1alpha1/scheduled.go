package v1alpha1

import (
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// Scheduled is a number that holds from a time of day until the next entry of its list. The traffic starts on a Monday at midnight.
type Scheduled struct {
	// At is the time since midnight, in whole minutes below 24h.
	At unit.Duration `json:"at"`
	// Days are days of the week. Default: all.
	Days []string `json:"days,omitempty" check:"oneof=sun mon tue wed thu fri sat"`
	// Count is the number.
	Count int `json:"count" check:"lte=1e6"`
}

// Weekdays returns the days of the week of the entry; none stands for all.
func (s Scheduled) Weekdays() []time.Weekday {
	names := map[string]time.Weekday{
		"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday,
		"thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
	}
	var days []time.Weekday
	for _, name := range s.Days {
		days = append(days, names[name])
	}
	return days
}

// LeastScheduled returns the least count of a schedule that is not empty.
func LeastScheduled(list []Scheduled) int {
	least := list[0].Count
	for _, s := range list {
		least = min(least, s.Count)
	}
	return least
}
