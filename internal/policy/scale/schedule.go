package scale

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ScheduleEntry sets bounds at a time of the day, on some days of the week.
type ScheduleEntry struct {
	Days []time.Weekday // none for every day
	At   time.Duration  // since midnight
	Bounds
}

const dayLength = 24 * time.Hour

// Schedule changes bounds at fixed times of the week, as scheduled actions and
// cron scalers do. An entry holds until the next one; of several at the same
// time, the last of the list counts.
type Schedule struct {
	steps  []scheduleStep // by time, all different
	origin time.Duration  // time of the week at the start
}

type scheduleStep struct {
	at time.Duration // since midnight before Sunday
	Bounds
}

// NewSchedule returns a schedule in start's zone, at its offset at the start:
// there is no daylight saving. The error names the entry and what was expected.
func NewSchedule(start time.Time, entries []ScheduleEntry) (*Schedule, error) {
	if len(entries) == 0 {
		return nil, errors.New("empty schedule: expected at least one entry")
	}
	byTime := make(map[time.Duration]Bounds)
	for i, e := range entries {
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("schedule entry %d: %w", i, err)
		}
		for weekday := time.Sunday; weekday <= time.Saturday; weekday++ {
			if len(e.Days) == 0 || slices.Contains(e.Days, weekday) {
				byTime[weekStart(weekday)+e.At] = e.Bounds
			}
		}
	}
	s := &Schedule{origin: weekStart(start.Weekday()) + TimeOfDay(start)}
	for at, bounds := range byTime {
		s.steps = append(s.steps, scheduleStep{at, bounds})
	}
	slices.SortFunc(s.steps, func(a, b scheduleStep) int { return cmp.Compare(a.at, b.at) })
	return s, nil
}

func (e ScheduleEntry) check() error {
	if e.At < 0 || e.At >= dayLength {
		return fmt.Errorf("at %v: expected a time of the day, from 0 to below 24 h", e.At)
	}
	for _, d := range e.Days {
		if d < time.Sunday || d > time.Saturday {
			return fmt.Errorf("weekday %d: expected 0 (Sunday) to 6", d)
		}
	}
	return e.Bounds.Check()
}

// At returns the bounds in force at a time since the start. Before the first
// entry of the week those of the last one hold.
func (s *Schedule) At(now time.Duration) Bounds {
	clock := (s.origin + now) % (7 * dayLength)
	after, found := slices.BinarySearchFunc(s.steps, clock, func(step scheduleStep, at time.Duration) int { return cmp.Compare(step.at, at) })
	if found {
		return s.steps[after].Bounds
	}
	return s.steps[(after+len(s.steps)-1)%len(s.steps)].Bounds
}

func weekStart(d time.Weekday) time.Duration { return time.Duration(d) * dayLength }

// TimeOfDay is the time of the day of t in its zone.
func TimeOfDay(t time.Time) time.Duration {
	hour, minute, second := t.Clock()
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + time.Duration(t.Nanosecond())
}
