package calibrate

import (
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// fitStart adds what the run shows of cold starts and keep-alive windows.
func fitStart(log *record.Log, target int, s *sample, home string, t *v1alpha1.CalibratedTarget) {
	if starts := coldStarts(log, target); len(starts) > 0 {
		t.ColdStart = &v1alpha1.CalibratedStart{
			Count: len(starts), Phases: phases(starts), Total: distributionOf(stretch(starts, record.Trigger, record.FirstByte)),
		}
		for _, c := range starts {
			if c.Confirmed {
				t.ColdStart.Confirmed++
			}
		}
		fitStartUp(starts, s, home, t)
	}
	for _, k := range log.KeepAlives {
		if k.Target == target {
			fitKeepAlive(k, home, t)
		}
	}
}

// coldStarts returns the cold starts that succeeded.
func coldStarts(log *record.Log, target int) []record.ColdStart {
	var list []record.ColdStart
	for _, c := range log.ColdStarts {
		if c.Target == target && c.Failure == "" {
			list = append(list, c)
		}
	}
	return list
}

// fitStartUp finds what happens inside the container: from the process to readiness, where the platform showed both. Elsewhere it
// is all that a cold answer takes longer than a warm one.
func fitStartUp(starts []record.ColdStart, s *sample, home string, t *v1alpha1.CalibratedTarget) {
	for _, end := range []record.PhaseName{record.Ready, record.Model} {
		if d := distributionOf(stretch(starts, record.Process, end)); d != nil {
			t.Profile.StartUp = d
			return
		}
	}
	cold := stretch(starts, record.Trigger, record.FirstByte)
	if len(cold) == 0 {
		return
	}
	var warm []float64
	for _, r := range s.measured {
		if r.FirstByte >= r.Sent {
			warm = append(warm, (r.FirstByte - r.Sent).Seconds())
		}
	}
	usual := medianOf(warm)
	for i := range cold {
		cold[i] = max(0, cold[i]-usual)
	}
	t.Profile.StartUp = distributionOf(cold)
	t.Notes = append(t.Notes, "the process was not seen to start: startUp is all that a cold answer took longer than a warm one, the platform's own part included"+addedTwice(home))
}

// addedTwice says what plan adds to a start-up that has it already. How long that took on this platform nobody knows, so that it
// cannot be taken off.
func addedTwice(home string) string {
	switch home {
	case "function":
		return "; plan adds nothing to it for functions, but for other homes it does"
	case "container":
		return "; plan adds that of a container home again: set its boot to 0s"
	}
	return "; plan adds that of the home again: boot of a container, the node and the image of a cluster"
}

func fitKeepAlive(k record.KeepAlive, home string, t *v1alpha1.CalibratedTarget) {
	if t.ColdStart == nil {
		t.ColdStart = &v1alpha1.CalibratedStart{Count: colds(k)}
	}
	t.ColdStart.Warm, t.ColdStart.Cold = unit.Duration(k.Warm), unit.Duration(k.Cold)
	window := unit.Duration(k.Warm)
	switch {
	case k.Cold == 0:
		t.Notes = append(t.Notes, fmt.Sprintf("an idle instance was still there after %s: the keep-alive window is at least that", k.Warm))
	case k.Warm > 0:
		window = unit.Duration((k.Warm + k.Cold) / 2)
	}
	switch home {
	case "function":
		t.Profile.IdleExpiry = window
	case "container":
		t.Profile.IdleHold = window
	default:
		t.Notes = append(t.Notes, "a keep-alive window was measured, but not said of which kind of home: plan does not use it (home=function or home=container with the hardware)")
	}
}

func colds(k record.KeepAlive) int {
	n := 0
	for _, g := range k.Tries {
		if g.Cold {
			n++
		}
	}
	return max(1, n)
}

// stretch is the time between two moments, in seconds, of the starts in which both were seen.
func stretch(starts []record.ColdStart, from, to record.PhaseName) []float64 {
	var list []float64
	for _, c := range starts {
		a, b := moment(c, from), moment(c, to)
		if a >= 0 && b >= a {
			list = append(list, (b - a).Seconds())
		}
	}
	return list
}

func moment(c record.ColdStart, name record.PhaseName) time.Duration {
	i := slices.IndexFunc(c.Phases, func(p record.Phase) bool { return p.Name == name })
	if i < 0 {
		return record.Unseen
	}
	return c.Phases[i].At
}

// phases are the times between neighbouring moments that were seen.
func phases(starts []record.ColdStart) []v1alpha1.StartPhase {
	var list []v1alpha1.StartPhase
	last := record.PhaseName("")
	for _, name := range record.PhaseNames() {
		if len(stretch(starts, name, name)) == 0 {
			continue
		}
		if times := stretch(starts, last, name); len(times) > 0 {
			list = append(list, v1alpha1.StartPhase{From: string(last), To: string(name), Median: rounded(medianOf(times)), Count: len(times)})
		}
		last = name
	}
	return list
}

// fewestSpread is the minimum number of values for a spread.
const fewestSpread = 5

func distributionOf(times []float64) *v1alpha1.DurationDistribution {
	switch {
	case len(times) == 0:
		return nil
	case len(times) < fewestSpread:
		return &v1alpha1.DurationDistribution{Mean: rounded(medianOf(times))}
	}
	d, _, _ := chooseDistribution(times)
	return &d
}
