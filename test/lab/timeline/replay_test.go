package timeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"fulcrum.dev/fulcrum/test/lab/timeline"
)

// checkReplay: the policy decides as the real autoscaler did, which went up to a maximum and back to 1.
func checkReplay(t *testing.T, events []timeline.Event, most int) {
	t.Helper()
	syncs, err := timeline.Replay(events)
	if err != nil {
		t.Fatal(err)
	}
	doubtful, highest := 0, 0
	for _, s := range syncs {
		if s.Real != s.Policy {
			t.Errorf("%s: at %d replicas the autoscaler asked for %d, the policy for %d", s.Time.Format("15:04:05.000"), s.Replicas, s.Real, s.Policy)
		}
		if s.Doubtful {
			doubtful++
		}
		highest = max(highest, s.Real)
	}
	if last := syncs[len(syncs)-1].Real; highest != most || last != 1 {
		t.Errorf("went to %d replicas and ended with %d, want %d and 1", highest, last, most)
	}
	if len(syncs) < 12 || 2*doubtful > len(syncs) {
		t.Errorf("%d syncs, %d of them doubtful; too little is known", len(syncs), doubtful)
	}
	again, err := timeline.Rerun(events)
	if err != nil {
		t.Fatal(err)
	}
	changes := timeline.Changes(syncs)
	if len(changes) != len(again) {
		t.Fatalf("the autoscaler changed %v, in simulated time %v", changes, again)
	}
	// As long as it really was: the controller waits for the sync period after it is done.
	var period time.Duration
	for i, s := range syncs[1:] {
		period = max(period, s.Time.Sub(syncs[i].Time))
	}
	for i, c := range changes {
		apart := again[i].Time.Sub(c.Time)
		if again[i].From != c.From || again[i].To != c.To || apart.Abs() > period {
			t.Errorf("change %d: the autoscaler %v, in simulated time %v", i, c, again[i])
		}
		t.Logf("%d to %d: %+.2f s in simulated time", c.From, c.To, apart.Seconds())
	}
	t.Logf("%d syncs, %d of them doubtful, at most %v apart", len(syncs), doubtful, period)
}

// recorded is a record that "go test -run TestEncoderScales -update" made.
const recorded = "testdata/encoder.jsonl"

func readRecorded(t *testing.T) []timeline.Event {
	t.Helper()
	events, err := timeline.Read(recorded)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func TestRecorded(t *testing.T) {
	events := readRecorded(t)
	checkMilestones(t, events)
	checkReplay(t, events, most)
}

// TestReplayDisagrees: a policy that is set otherwise than the controller was does not decide alike.
func TestReplayDisagrees(t *testing.T) {
	for name, change := range map[string]func(*autoscalingv2.HorizontalPodAutoscalerSpec){
		"target":  func(s *autoscalingv2.HorizontalPodAutoscalerSpec) { s.Metrics[0].Pods.Target.AverageValue.Set(6) },
		"maximum": func(s *autoscalingv2.HorizontalPodAutoscalerSpec) { s.MaxReplicas = 3 },
		"window": func(s *autoscalingv2.HorizontalPodAutoscalerSpec) {
			*s.Behavior.ScaleDown.StabilizationWindowSeconds = 20
		},
		"policy": func(s *autoscalingv2.HorizontalPodAutoscalerSpec) { s.Behavior.ScaleUp.Policies[0].Value = 1 },
	} {
		events := readRecorded(t)
		for _, e := range events {
			if e.Settings != nil {
				change(&e.Settings.Spec)
			}
		}
		syncs, err := timeline.Replay(events)
		if err != nil {
			t.Fatal(err)
		}
		differ := 0
		for _, s := range syncs {
			if s.Real != s.Policy {
				differ++
			}
		}
		if differ == 0 {
			t.Errorf("another %s gives the same decisions", name)
		}
	}
}

func TestReplayNeeds(t *testing.T) {
	events := readRecorded(t)
	without := func(drop func(timeline.Event) bool) []timeline.Event {
		var rest []timeline.Event
		for _, e := range events {
			if !drop(e) {
				rest = append(rest, e)
			}
		}
		return rest
	}
	for want, events := range map[string][]timeline.Event{
		"no settings":           without(func(e timeline.Event) bool { return e.Settings != nil }),
		"fewer than two syncs":  without(func(e timeline.Event) bool { return e.Metric != nil && e.Metric.Sync }),
		"expected minReplicas":  {{Time: time.Now(), Settings: &timeline.Settings{Spec: noBehavior(events)}}},
		"expected one metric, ": {{Time: time.Now(), Settings: &timeline.Settings{}}},
	} {
		if _, err := timeline.Replay(events); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("replay: %v, want %q", err, want)
		}
		if _, err := timeline.Rerun(events); err == nil {
			t.Errorf("rerun: no error, want one as %q", want)
		}
	}
}

func noBehavior(events []timeline.Event) autoscalingv2.HorizontalPodAutoscalerSpec {
	for _, e := range events {
		if e.Settings != nil {
			spec := *e.Settings.Spec.DeepCopy()
			spec.Behavior = nil
			return spec
		}
	}
	return autoscalingv2.HorizontalPodAutoscalerSpec{}
}

func TestReadFaults(t *testing.T) {
	const good = `{"time":"2026-11-24T10:00:00Z","callers":1}` + "\n"
	for text, want := range map[string]string{
		good + "no JSON\n":                                                              ":2: expected an event as JSON",
		`{"time":"2026-11-24T10:00:00Z","colour":1}`:                                    ":1: expected an event as JSON",
		`{"callers":1}`:                                                                 ":1: expected a time and one of",
		`{"time":"2026-11-24T10:00:00Z"}`:                                               ":1: expected a time and one of",
		good + `{"time":"2026-11-24T09:00:00Z","answer":"pod"}`:                         "expected one not before",
		`{"time":"2026-11-24T10:00:00Z","answer":"pod","callers":1}`:                    ":1: expected a time and one of",
		`{"time":"2026-11-24T10:00:00Z","answer":"` + strings.Repeat("x", 1<<20) + `"}`: "token too long",
	} {
		path := filepath.Join(t.TempDir(), "x.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := timeline.Read(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%.60s: %v, want %q", text, err, want)
		}
	}
}
