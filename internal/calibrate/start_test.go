package calibrate

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/record"
)

// started is n cold starts with an image of 2 s, a process that needs 5 s +- 10 % until it is ready, and a first byte 50 ms later.
func started(n int, seen func(record.PhaseName) bool) []record.ColdStart {
	rng := rand.New(rand.NewPCG(1, 1))
	var list []record.ColdStart
	for i := range n {
		c := record.ColdStart{Method: "kubernetes-scale", Confirmed: true}
		at := time.Duration(i) * time.Minute
		for _, p := range []struct {
			name record.PhaseName
			took float64
		}{{record.Trigger, 0}, {record.Image, 2}, {record.Process, 0.1}, {record.Ready, 5 * (1 + 0.1*rng.NormFloat64())}, {record.FirstByte, 0.05}} {
			at += seconds(p.took)
			if seen(p.name) {
				c.Phases = append(c.Phases, record.Phase{Name: p.name, At: at, By: record.ByPlatform})
			} else {
				c.Phases = append(c.Phases, record.Phase{Name: p.name, At: record.Unseen, By: record.Unobserved})
			}
		}
		list = append(list, c)
	}
	return append(list, record.ColdStart{Failure: "the pod did not come", Phases: []record.Phase{{Name: record.Trigger, At: 0, By: record.ByClient}}})
}

// steadyLog has answers that take 50 ms.
func steadyLog() *record.Log {
	f := fixedServer{
		places: 1, time: func() float64 { return 0.05 }, input: func() int64 { return 0 }, jitter: func() time.Duration { return 0 },
	}
	return newLog(f.serve(arrivals(rand.New(rand.NewPCG(3, 3)), 100*time.Second, 4)))
}

func TestStartUpIsRecovered(t *testing.T) {
	everything := func(record.PhaseName) bool { return true }
	client := func(n record.PhaseName) bool { return n == record.Trigger || n == record.FirstByte }
	for name, test := range map[string]struct {
		seen func(record.PhaseName) bool
		home string
		want float64
		note string
	}{
		"by the platform":         {everything, "cluster", 5, ""},
		"by the client":           {client, "", 7.1, "plan adds that of the home again"},
		"by a function's client":  {client, "function", 7.1, "plan adds nothing to it for functions"},
		"by a container's client": {client, "container", 7.1, "set its boot to 0s"},
	} {
		t.Run(name, func(t *testing.T) {
			log := steadyLog()
			log.ColdStarts = started(30, test.seen)
			o := onCPU
			o.Hardware.Home = test.home
			got, err := Fit(t.Context(), log, 0, o)
			if err != nil {
				t.Fatal(err)
			}
			d, err := distribution.Duration(*got.Profile.StartUp)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "the start-up", d.Mean(), test.want, within)
			if c := got.ColdStart; c.Count != 30 || c.Confirmed != 30 {
				t.Errorf("got %+v", c)
			}
			if notes := strings.Join(got.Notes, "\n"); !strings.Contains(notes, test.note) || strings.Contains(notes, "the process was not seen") != (test.note != "") {
				t.Errorf("no note says %q: %q", test.note, got.Notes)
			}
		})
	}
}

func TestPhasesSkipWhatWasNotSeen(t *testing.T) {
	log := steadyLog()
	log.ColdStarts = started(30, func(n record.PhaseName) bool { return n != record.Image })
	got, err := Fit(t.Context(), log, 0, onCPU)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range got.ColdStart.Phases {
		names = append(names, p.From+">"+p.To)
	}
	if want := []string{"trigger>process", "process>ready", "ready>first-byte"}; !slices.Equal(names, want) {
		t.Errorf("got %q, expected %q", names, want)
	}
	near(t, "trigger to process", got.ColdStart.Phases[0].Median.Seconds(), 2.1, 1e-3)
}

func TestKeepAlive(t *testing.T) {
	for _, test := range []struct {
		home                 string
		warm, cold           time.Duration
		idleExpiry, idleHold time.Duration
		note                 string
	}{
		{"function", 280 * time.Second, 320 * time.Second, 300 * time.Second, 0, ""},
		{"container", 10 * time.Minute, 0, 0, 10 * time.Minute, "at least that"},
		{"", 10 * time.Minute, 20 * time.Minute, 0, 0, "not said of which kind of home"},
	} {
		log := steadyLog()
		log.KeepAlives = []record.KeepAlive{{Warm: test.warm, Cold: test.cold, Tries: []record.IdleGap{{Gap: test.warm}, {Gap: test.cold, Cold: true}}}}
		o := onCPU
		o.Hardware.Home = test.home
		got, err := Fit(t.Context(), log, 0, o)
		if err != nil {
			t.Fatal(err)
		}
		if p := got.Profile; p.IdleExpiry.Std() != test.idleExpiry || p.IdleHold.Std() != test.idleHold {
			t.Errorf("%s: got %v and %v", test.home, p.IdleExpiry, p.IdleHold)
		}
		if text := strings.Join(got.Notes, "\n"); !strings.Contains(text, test.note) {
			t.Errorf("%s: %q does not say %q", test.home, text, test.note)
		}
	}
}
