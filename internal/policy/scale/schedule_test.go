package scale

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

func TestSchedule(t *testing.T) {
	working := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	start := time.Date(2026, 11, 26, 20, 0, 0, 0, time.FixedZone("", 9*3600)) // a Thursday
	s := policytest.Must[*Schedule](t)(NewSchedule(start, []ScheduleEntry{
		{At: 22 * time.Hour, Bounds: Bounds{1, 1}},
		{Days: working, At: 8 * time.Hour, Bounds: Bounds{5, 20}},
		{Days: []time.Weekday{time.Friday}, At: 8 * time.Hour, Bounds: Bounds{6, 30}},
	}))
	for _, test := range []struct {
		hours time.Duration
		want  Bounds
	}{
		{0, Bounds{5, 20}}, // Thursday's, since 08:00
		{2, Bounds{1, 1}},  // 22:00
		{11, Bounds{1, 1}},
		{12, Bounds{6, 30}}, // Friday 08:00: the later entry of the list
		{26, Bounds{1, 1}},
		{36, Bounds{1, 1}}, // no Saturday entry
		{83, Bounds{1, 1}},
		{84, Bounds{5, 20}}, // Monday 08:00
		{7 * 24, Bounds{5, 20}},
	} {
		if got := s.At(test.hours * time.Hour); got != test.want {
			t.Errorf("after %d h: %v, want %v", test.hours, got, test.want)
		}
	}
}

// midnight is a Tuesday.
var midnight = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// TestScheduleLaw compares with walking back through the calendar, minute by
// minute, to the last entry.
func TestScheduleLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := midnight.Add(time.Duration(rapid.IntRange(0, 7*24*60).Draw(t, "start")) * time.Minute)
		entries := make([]ScheduleEntry, rapid.IntRange(1, 6).Draw(t, "entries"))
		for i := range entries {
			days := rapid.SliceOfN(rapid.IntRange(0, 6), 0, 3).Draw(t, "days")
			for _, d := range days {
				entries[i].Days = append(entries[i].Days, time.Weekday(d))
			}
			entries[i].At = time.Duration(rapid.IntRange(0, 23).Draw(t, "hour")) * time.Hour
			entries[i].Bounds = Bounds{i, i}
		}
		s := policytest.Must[*Schedule](t)(NewSchedule(start, entries))
		now := time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, "minutes")) * time.Minute
		if got, want := s.At(now), lastEntry(entries, start.Add(now)); got != want {
			t.Fatalf("at %v: %v, want %v", start.Add(now).Format("Monday 15:04"), got, want)
		}
	})
}

func lastEntry(entries []ScheduleEntry, at time.Time) Bounds {
	for ; ; at = at.Add(-time.Minute) {
		for _, e := range slices.Backward(entries) {
			daily := len(e.Days) == 0 || slices.Contains(e.Days, at.Weekday())
			if daily && time.Duration(at.Hour())*time.Hour+time.Duration(at.Minute())*time.Minute == e.At {
				return e.Bounds
			}
		}
	}
}

func TestScheduleErrors(t *testing.T) {
	schedule := func(entries ...ScheduleEntry) error { _, err := NewSchedule(midnight, entries); return err }
	policytest.CheckErrors(t, map[string]error{
		"empty schedule: expected at least one entry":                                    schedule(),
		"schedule entry 1: at 24h0m0s: expected a time of the day, from 0 to below 24 h": schedule(ScheduleEntry{}, ScheduleEntry{At: dayLength}),
		"schedule entry 0: weekday 7: expected 0 (Sunday) to 6":                          schedule(ScheduleEntry{Days: []time.Weekday{7}}),
		"schedule entry 0: bounds of 2 to 1: expected 0 <= least <= largest":             schedule(ScheduleEntry{Bounds: Bounds{2, 1}}),
	})
}
