package timeline

import (
	"errors"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/hpa"
)

// doubt is how far apart the recorder and the controller may learn of the same change of a pod, on a busy machine. Of
// a pod that changed so shortly before or after a sync it is not known whether the controller had seen it.
const doubt = 200 * time.Millisecond

// A Sync is a look of the real controller, and what became of it.
type Sync struct {
	Time     time.Time
	Replicas int // that there were to be
	Real     int // that the controller asked for
	Policy   int // that the policy asks for
	Doubtful bool
}

// Replay lets the policy decide on what the real controller saw at each sync: the metric as it was served, the pods and
// the replicas of that moment. Where a pod changed within 200 ms of it the sync is doubtful: the policy is then given
// the pods of before or after that change if it does not agree otherwise. The last sync is left out, as the record
// may have ended before its outcome.
func Replay(events []Event) ([]Sync, error) {
	f, err := newFilm(events)
	if err != nil {
		return nil, err
	}
	var times []time.Time
	for _, e := range events {
		if e.Metric != nil && e.Metric.Sync {
			times = append(times, e.Time)
		}
	}
	if len(times) < 2 {
		return nil, errors.New("the timeline has fewer than two syncs of the controller")
	}
	var syncs []Sync
	var sights []sight
	for i, at := range times[:len(times)-1] {
		s := Sync{Time: at, Replicas: f.replicas(at), Real: f.replicas(times[i+1])}
		choices := f.choices(at, s.Replicas)
		s.Doubtful = len(choices) > 1
		sights = append(sights, choices[0])
		s.Policy = f.decide(sights)
		for _, other := range choices[1:] {
			if s.Policy == s.Real {
				break
			}
			sights[i] = other
			s.Policy = f.decide(sights)
		}
		if s.Policy != s.Real {
			sights[i] = choices[0]
			s.Policy = f.decide(sights)
		}
		syncs = append(syncs, s)
	}
	return syncs, nil
}

// A sight is what the autoscaler saw, and when.
type sight struct {
	at   time.Duration // since the start of the record
	seen *hpa.Snapshot
}

// choices are what the controller can have seen at a sync, the likeliest first.
func (f *film) choices(at time.Time, replicas int) []sight {
	m := f.metric(at)
	look := func(pods time.Time) sight { return sight{at.Sub(f.start), f.snapshot(replicas, m, f.pods(pods))} }
	list := []sight{look(at)}
	for _, e := range f.events {
		if e.Pod != nil && e.Time.Sub(at).Abs() < doubt {
			list = append(list, look(e.Time.Add(-1)), look(e.Time))
		}
	}
	return list
}

// decide is the last decision of an autoscaler that sees all of this, one after the other.
func (f *film) decide(sights []sight) int {
	var state hpa.State
	var replicas int
	for _, s := range sights {
		replicas = f.spec.Decide(&state, s.seen, s.at)
	}
	return replicas
}
