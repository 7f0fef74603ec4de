package timeline

import (
	"errors"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// A Change is a decision for another number of replicas.
type Change struct {
	Time     time.Time
	From, To int
}

// Changes are the real controller's, at the times of the syncs that they were decided at.
func Changes(syncs []Sync) []Change {
	var changes []Change
	for _, s := range syncs {
		if s.Real != s.Replicas {
			changes = append(changes, Change{s.Time, s.Replicas, s.Real})
		}
	}
	return changes
}

// Rerun lets the policy look in the manner of the simulator: at equal steps of the sync period from the first sync on, at
// the metric and the pods as they were recorded, and at its own decisions in place of the controller's.
func Rerun(events []Event) ([]Change, error) {
	f, err := newFilm(events)
	if err != nil {
		return nil, err
	}
	at, err := f.firstSync()
	if err != nil {
		return nil, err
	}
	if f.spec.SyncPeriod <= 0 {
		return nil, errors.New("settings: expected a syncPeriod above 0")
	}
	var changes []Change
	var state hpa.State
	replicas := f.replicas(at)
	for end := events[len(events)-1].Time; !at.After(end); at = at.Add(f.spec.SyncPeriod) {
		seen := f.snapshot(replicas, f.metric(at), f.pods(at))
		next := f.spec.Decide(&state, seen, at.Sub(f.start))
		if next != replicas {
			changes = append(changes, Change{at, replicas, next})
		}
		replicas = next
	}
	return changes, nil
}

func (f *film) firstSync() (time.Time, error) {
	for _, e := range f.events {
		if e.Metric != nil && e.Metric.Sync {
			return e.Time, nil
		}
	}
	return time.Time{}, errors.New("the timeline has no sync of the controller")
}
