package knative

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"knative.dev/serving/pkg/autoscaler/scaling"
)

var (
	onlySeries = flag.Int("series", -1, "number of the one series to compare")
	seed       = flag.Uint64("seed", 1, "seed of all series")
)

const (
	seriesCount = 10_000
	shards      = 4
)

// TestDecisions compares the pods wanted, whether that is valid and the excess
// burst capacity at every decision of 10,000 random series.
func TestDecisions(t *testing.T) {
	if *onlySeries >= 0 {
		compareSeries(t, *onlySeries)
		return
	}
	var all [shards]seen
	t.Run("series", func(t *testing.T) {
		for shard := range shards {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for n := shard; n < seriesCount && !t.Failed(); n += shards {
					all[shard].add(compareSeries(t, n))
				}
			})
		}
	})
	var total seen
	for _, s := range all {
		total.add(s)
	}
	t.Logf("%+v", total)
	total.check(t)
}

// compareSeries runs one series in a bubble of its own, whose clock stands still.
func compareSeries(t *testing.T, number int) seen {
	var s seen
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(*seed, uint64(number)))
		s = newSeries(t, random, number).run(t)
	})
	return s
}

// A series drives both autoscalers through one scenario.
type series struct {
	scenario
	number   int
	random   *rand.Rand
	original *original
	state    *kpa.State
	load     load
	fleet    fleet
	ticker   ticker
	history  []string // what happened lately, for a failure
}

func newSeries(t *testing.T, random *rand.Rand, number int) *series {
	t.Helper()
	c := newScenario(random)
	pa, cfg := c.knative(t)
	return &series{
		scenario: c, number: number, random: random,
		original: newOriginal(t, pa, cfg, c.ready),
		state:    c.kpa.NewState(c.ready, 0),
		load:     load{random: random, target: c.kpa.Target()},
		fleet:    fleet{random: random, ready: c.ready},
		ticker:   ticker{random: random, window: c.kpa.StableWindow, exact: random.IntN(2) == 0},
	}
}

// run makes some decisions and stops at the first that differs.
func (s *series) run(t *testing.T) seen {
	t.Helper()
	defer s.original.stop()
	var all seen
	var last kpa.Decision
	now := time.Duration(0)
	for tick := range 60 + s.random.IntN(120) {
		from := now
		now += s.ticker.pause()
		s.record(from, now)
		ready := s.fleet.step(last.Desired)
		want := s.original.decide(ready, now)
		got := s.kpa.Decide(s.state, ready, now)
		s.note("%v: %d ready, Knative wants %d valid %t excess %d", now, ready, want.DesiredPodCount, want.ScaleValid, want.ExcessBurstCapacity)
		if !equal(got, want) {
			t.Fatalf("-args -seed %d -series %d: tick %d differs: got %+v, want %+v\nscenario: %+v\n%s",
				*seed, s.number, tick, got, want, s.scenario, strings.Join(s.history, "\n"))
		}
		all.count(last, got)
		if got.Valid {
			last = got
		}
	}
	return all
}

func equal(got kpa.Decision, want scaling.ScaleResult) bool {
	return got.Desired == int(want.DesiredPodCount) && got.Valid == want.ScaleValid &&
		got.ExcessBurstCapacity == int(want.ExcessBurstCapacity)
}

// record gives both sides the samples of each second that begins in (from, to].
func (s *series) record(from, to time.Duration) {
	for at := from.Truncate(time.Second) + time.Second; at <= to; at += time.Second {
		moment := min(to, at+time.Duration(s.random.Int64N(int64(time.Second))))
		for _, value := range s.load.samples() {
			s.original.record(s.metric, value, moment)
			s.kpa.Record(s.state, value, moment)
			s.note("%v: sample %v", moment, value)
		}
	}
}

// note remembers what happened, in full for a series that is run alone.
func (s *series) note(format string, args ...any) {
	if *onlySeries >= 0 {
		s.history = append(s.history, fmt.Sprintf(format, args...))
	}
}
