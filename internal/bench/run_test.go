package bench

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
	"fulcrum.dev/fulcrum/internal/workload"
)

// suiteOf returns a suite that asks targets at a constant rate.
func suiteOf(rate, seconds float64, targets ...v1alpha1.Target) *v1alpha1.Suite {
	s := &v1alpha1.Suite{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindSuite, Metadata: v1alpha1.Metadata{Name: "test"}}
	s.Spec.Targets = targets
	s.Spec.Load = v1alpha1.SuiteLoad{
		Arrivals: "constant",
		Phases:   []v1alpha1.Phase{{Rate: unit.Rate(rate), Duration: unit.Duration(seconds * 1e9)}},
	}
	suitefile.Default(s)
	return s
}

// inputOf returns the input of a run of the suite.
func inputOf(t testing.TB, s *v1alpha1.Suite, access map[string]target.Access) Input {
	t.Helper()
	if err := suitefile.Validate("suite", s); err != nil {
		t.Fatal(err)
	}
	w, err := Workload(nil, s)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Project(s, w)
	if err != nil {
		t.Fatal(err)
	}
	return Input{Suite: s, Workload: w, Projection: p, Access: access, Tool: "fulcrum test"}
}

// runOf runs a suite and reads its log again.
func runOf(t testing.TB, s *v1alpha1.Suite, access map[string]target.Access) *record.Log {
	t.Helper()
	var b bytes.Buffer
	if _, err := Run(t.Context(), inputOf(t, s, access), &b); err != nil {
		t.Fatal(err)
	}
	return readLog(t, b.Bytes())
}

func readLog(t testing.TB, data []byte) *record.Log {
	t.Helper()
	l, err := record.ReadLog(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if l.Dropped > 0 || l.End == nil || l.End.Records != int64(len(l.Records)) {
		t.Fatalf("%d records, %d bytes dropped (%s), end %+v", len(l.Records), l.Dropped, l.Damage, l.End)
	}
	slices.SortFunc(l.Records, func(a, b record.Record) int { return int(a.Sequence - b.Sequence) })
	return l
}

func answer(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"score": 1}`) }

func TestEveryRequestOfTheScheduleIsRecordedOnce(t *testing.T) {
	var seen atomic.Int64
	s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) { seen.Add(1); answer(w, r) })
	suite := suiteOf(500, 0.4, v1alpha1.Target{Name: "a", URL: s.URL})
	in := inputOf(t, suite, nil)
	l := runOf(t, suite, nil)
	want, err := workload.ReadAll(in.Workload)
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Records) != len(want) || in.Projection.Requests != int64(len(want)) || seen.Load() != int64(len(want)) || len(want) < 199 {
		t.Fatalf("%d records and %d requests seen, %d projected, %d scheduled", len(l.Records), seen.Load(), in.Projection.Requests, len(want))
	}
	if !l.End.Complete || l.Header.Planned != int64(len(want)) {
		t.Errorf("%+v %+v", l.Header, l.End)
	}
	for i, r := range l.Records {
		if r.Scheduled != want[i].At || r.Sent < r.Scheduled {
			t.Errorf("request %d: scheduled at %s, want %s, sent at %s", i, r.Scheduled, want[i].At, r.Sent)
		}
		if r.Kind != record.OK || r.Status != 200 || r.BytesIn != 12 || r.Connected < r.Sent || r.FirstByte < r.Connected || r.LastByte < r.FirstByte {
			t.Errorf("request %d: %+v", i, r)
		}
	}
}

// TestBrokenLaw: a run whose counts do not add up is an error, not a result.
func TestBrokenLaw(t *testing.T) {
	s := benchtest.Serve(t, answer)
	in := inputOf(t, suiteOf(100, 0.05, v1alpha1.Target{Name: "a", URL: s.URL}), nil)
	in.Projection.Requests++
	if _, err := Run(t.Context(), in, io.Discard); err == nil || !strings.Contains(err.Error(), "requests were recorded of") {
		t.Errorf("error %v", err)
	}
}

// TestSpeed plays the same schedule faster.
func TestSpeed(t *testing.T) {
	s := benchtest.Serve(t, answer)
	suite := suiteOf(20, 4, v1alpha1.Target{Name: "a", URL: s.URL})
	suite.Spec.Load.Speed = 20
	want, err := workload.ReadAll(inputOf(t, suite, nil).Workload)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range runOf(t, suite, nil).Records {
		if d := r.Scheduled - want[i].At/20; d < -time.Nanosecond || d > time.Nanosecond {
			t.Errorf("request %d is due at %s, want a twentieth of %s", i, r.Scheduled, want[i].At)
		}
	}
}

// TestBoundInFlight: the server answers nobody until the schedule is over, so that all beyond the bound is not sent.
func TestBoundInFlight(t *testing.T) {
	free := make(chan struct{})
	var waiting atomic.Int64
	s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		waiting.Add(1)
		select {
		case <-free:
		case <-r.Context().Done():
		}
		answer(w, r)
	})
	suite := suiteOf(200, 0.2, v1alpha1.Target{Name: "a", URL: s.URL})
	suite.Spec.MaxInFlight = 5
	in := inputOf(t, suite, nil)
	var b bytes.Buffer
	ended := make(chan error, 1)
	refused := make(chan struct{})
	once := false
	in.Progress = func(l Live) {
		if !once && l.Requests == l.Planned-5 {
			once = true
			close(refused)
		}
	}
	go func() {
		_, err := Run(t.Context(), in, &b)
		ended <- err
	}()
	<-refused
	close(free)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	l := readLog(t, b.Bytes())
	if text := l.End.Examples["not-sent"]; text != "5 requests were in flight, as many as maxInFlight allows" {
		t.Errorf("the example is %q", text)
	}
	kinds := kindsOf(l)
	if kinds[record.OK] != 5 || kinds[record.NotSent] != int(in.Projection.Requests)-5 || waiting.Load() != 5 {
		t.Errorf("%v of %d, the server saw %d; want 5 ok and the rest not sent", kinds, in.Projection.Requests, waiting.Load())
	}
}

func kindsOf(l *record.Log) map[record.Kind]int {
	kinds := map[record.Kind]int{}
	for _, r := range l.Records {
		kinds[r.Kind]++
	}
	return kinds
}

// TestInterrupt: a run that is stopped leaves a valid log of what was sent.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var seen atomic.Int64
	s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) <= 3 {
			answer(w, r)
			return
		}
		cancel()
		<-r.Context().Done()
	})
	var b bytes.Buffer
	end, err := Run(ctx, inputOf(t, suiteOf(50, 600, v1alpha1.Target{Name: "a", URL: s.URL}), nil), &b)
	if err != nil || end.Complete || end.Reason != "interrupted" {
		t.Fatalf("%+v, %v", end, err)
	}
	kinds := kindsOf(readLog(t, b.Bytes()))
	if kinds[record.OK] != 3 || kinds[record.Interrupted] < 1 || len(kinds) != 2 {
		t.Errorf("%v, want 3 ok and the others interrupted", kinds)
	}
}

// full is a disk that takes the header and no more.
type full struct{ written bool }

func (f *full) Write(p []byte) (int, error) {
	if f.written {
		return 0, errors.New("no space left on device")
	}
	f.written = true
	return len(p), nil
}

func TestLogThatCannotBeWritten(t *testing.T) {
	s := benchtest.Serve(t, answer)
	// An hour of load: it is the failing log that ends it, at the first flush.
	_, err := Run(t.Context(), inputOf(t, suiteOf(20, 3600, v1alpha1.Target{Name: "a", URL: s.URL}), nil), &full{})
	if err == nil || !strings.Contains(err.Error(), "writing the log: no space left on device") {
		t.Errorf("error %v", err)
	}
}

// TestTurns: both targets get their turns, in rounds, and the record says which.
func TestTargetsTakeTurns(t *testing.T) {
	var seen [2]atomic.Int64
	var targets []v1alpha1.Target
	for i, name := range []string{"a", "b"} {
		s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) { seen[i].Add(1); answer(w, r) })
		targets = append(targets, v1alpha1.Target{Name: name, URL: s.URL})
	}
	for name, turn := range map[string]unit.Duration{"by request": 0, "by time": unit.Duration(20 * time.Millisecond)} {
		seen[0].Store(0)
		seen[1].Store(0)
		suite := suiteOf(500, 0.4, targets...)
		suite.Spec.Turn = &turn
		in := inputOf(t, suite, nil)
		l := runOf(t, suite, nil)
		var sent [2]int64
		for _, r := range l.Records {
			sent[r.Target]++
		}
		for i := range targets {
			if sent[i] != seen[i].Load() || sent[i] != in.Projection.ByTarget[i] || sent[i] < 90 || sent[i] > 110 {
				t.Errorf("%s: target %d: %d recorded, %d seen, %d projected of %d", name, i, sent[i], seen[i].Load(), in.Projection.ByTarget[i], in.Projection.Requests)
			}
		}
	}
}

func TestTurnsAreFair(t *testing.T) {
	const targets, rounds = 3, 3000
	x := newTurns(targets, time.Second, 5)
	var first [targets]int
	for round := range rounds {
		seen := map[int]bool{}
		for place := range targets {
			due := time.Duration(round*targets+place) * time.Second
			target, in := x.of(0, due)
			if again, _ := x.of(9, due+time.Second-1); again != target || in != int64(round) {
				t.Fatalf("the turn at %s changes within, or is of round %d", due, in)
			}
			seen[target] = true
			if place == 0 {
				first[target]++
			}
		}
		if len(seen) != targets {
			t.Fatalf("round %d has the targets %v", round, seen)
		}
	}
	for target, n := range first {
		if n < 880 || n > 1120 { // 4.6 standard deviations
			t.Errorf("target %d is first in %d of %d rounds", target, n, rounds)
		}
	}
}

func TestClosedLoop(t *testing.T) {
	var most, inside atomic.Int64
	s := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		n := inside.Add(1)
		defer inside.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		answer(w, r)
	})
	suite := suiteOf(1, 1, v1alpha1.Target{Name: "a", URL: s.URL})
	suite.Spec.Load = v1alpha1.SuiteLoad{Closed: &v1alpha1.ClosedLoad{Callers: 3, Duration: unit.Duration(200 * time.Millisecond)}}
	suitefile.Default(suite)
	l := runOf(t, suite, nil)
	if len(l.Records) < 3 || kindsOf(l)[record.OK] != len(l.Records) || most.Load() > 3 || !l.Header.Closed {
		t.Errorf("%v, at most %d at once", kindsOf(l), most.Load())
	}
	for i, r := range l.Records {
		if r.Sequence != int64(i) {
			t.Fatalf("record %d has number %d", i, r.Sequence)
		}
	}
}
