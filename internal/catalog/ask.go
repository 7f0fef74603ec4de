package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// Ask is a month's use of one offer in everyday terms: a number of requests
// of some duration, or a number of instances held for some time.
type Ask struct {
	// Memory and VCPU are those of one environment or instance; 0 is what the offer comes with.
	Memory unit.Memory
	VCPU   float64
	// Requests a month, and how long one takes; both or neither.
	Requests int64
	Duration unit.Duration
	// Concurrency is how many requests an instance serves at once, at least 1.
	Concurrency int
	// Instances is the number of nodes or instances, at least 1.
	Instances int
	// Hours is how long each node or instance is held. Nil is a month or, with requests if the platform scales to
	// zero, the time that the requests take.
	Hours *unit.Duration
	// IdleHours is how long each instance is warm without a request, in addition.
	IdleHours unit.Duration
	// Provisioned is the number of environments kept warm.
	Provisioned int
	// ProvisionedHours is how long they are; nil is a month.
	ProvisionedHours *unit.Duration
	// OnProvisioned is the share of the requests that they serve; nil is all.
	OnProvisioned *unit.Share
	// Restores and SnapshotHours are the SnapStart restores, and how long a snapshot is cached.
	Restores      int64
	SnapshotHours unit.Duration
}

// AskError says which field of an Ask cannot be priced.
type AskError struct {
	// Field is such as onProvisioned.
	Field string
	// Problem says what was expected.
	Problem string
}

// Error names the field and what was expected of it.
func (e *AskError) Error() string { return e.Field + ": " + e.Problem }

func wrongAsk(field, format string, args ...any) error {
	return &AskError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// AskFields names the fields of an Ask that apply to offers of a kind.
func AskFields(k Kind) []string {
	switch k {
	case KindFunction:
		return []string{"memory", "requests", "duration", "provisioned", "provisionedHours", "onProvisioned", "restores", "snapshotHours"}
	case KindContainer:
		return []string{"memory", "vcpu", "requests", "duration", "concurrency", "hours", "idleHours", "instances"}
	}
	return []string{"hours", "instances"}
}

// Usage returns the size of one instance and the month's usage in the offer's
// meters, rounded up as the provider does it. The error is an *AskError if
// one field of the Ask is at fault.
func (a Ask) Usage(o Offer) (Size, Usage, error) {
	if err := a.check(o); err != nil {
		return Size{}, nil, err
	}
	size, err := o.Size(a.VCPU, a.Memory)
	if err != nil {
		return size, nil, err
	}
	usageOf := a.instanceUsage
	if o.Kind == KindFunction {
		usageOf = a.functionUsage
	}
	u, err := usageOf(o, size)
	return size, u, err
}

// check refuses what has no meaning for the offer, and halves of a whole.
func (a Ask) check(o Offer) error {
	allowed := AskFields(o.Kind)
	for _, f := range a.given() {
		if !slices.Contains(allowed, f) {
			return wrongAsk(f, "does not apply to %s, a %s, which takes %s", o.ID, o.Kind, strings.Join(allowed, ", "))
		}
	}
	switch {
	case a.Requests < 0:
		return wrongAsk("requests", "expected a number from 0, got %d", a.Requests)
	case a.Restores < 0:
		return wrongAsk("restores", "expected a number from 0, got %d", a.Restores)
	case a.Requests > 0 && a.Duration == 0:
		return wrongAsk("requests", "requests and duration belong together: give how long one request takes, too")
	case a.Requests == 0 && a.Duration > 0:
		return wrongAsk("duration", "requests and duration belong together: give how many requests a month, too")
	}
	return a.checkTimes()
}

// maxHours keeps the time of a million instances within what a meter can hold.
const maxHours = unit.Duration(1_000_000 * time.Hour)

func (a Ask) checkTimes() error {
	times := map[string]unit.Duration{"duration": a.Duration, "idleHours": a.IdleHours, "snapshotHours": a.SnapshotHours}
	if a.Hours != nil {
		times["hours"] = *a.Hours
	}
	if a.ProvisionedHours != nil {
		times["provisionedHours"] = *a.ProvisionedHours
	}
	for _, name := range slices.Sorted(maps.Keys(times)) {
		if t := times[name]; t < 0 || t > maxHours {
			return wrongAsk(name, "expected from 0 to 1,000,000 hours, got %s", t)
		}
	}
	return nil
}

// given names the parts that say something.
func (a Ask) given() []string {
	var names []string
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"memory", a.Memory != 0},
		{"vcpu", a.VCPU != 0},
		{"requests", a.Requests != 0},
		{"duration", a.Duration != 0},
		{"concurrency", a.Concurrency != 1},
		{"instances", a.Instances != 1},
		{"hours", a.Hours != nil},
		{"idleHours", a.IdleHours != 0},
		{"provisioned", a.Provisioned != 0},
		{"provisionedHours", a.ProvisionedHours != nil},
		{"onProvisioned", a.OnProvisioned != nil},
		{"restores", a.Restores != 0},
		{"snapshotHours", a.SnapshotHours != 0},
	} {
		if f.given {
			names = append(names, f.name)
		}
	}
	return names
}

// monthUnless is a time, or a month where none is given.
func monthUnless(given *unit.Duration) time.Duration {
	if given != nil {
		return given.Std()
	}
	return unit.Month
}

// roundUp rounds a time up to a whole number of steps; without a step to a millisecond.
func roundUp(d, step time.Duration) time.Duration {
	step = max(step, time.Millisecond)
	if rest := d % step; rest > 0 {
		d += step - rest
	}
	return d
}
