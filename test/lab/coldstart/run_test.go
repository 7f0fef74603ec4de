// Package coldstart_test holds the product's cold starts against real peers: Deployments of a real control plane, functions of
// the Lambda host, services of the Cloud Run-like host. A file for each platform; of Deployments, capacity_test.go has those that
// wait for a node, and keepalive_test.go those that something else scales to zero, for which activator_test.go stands.
package coldstart_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/bench/target"
	"fulcrum.dev/fulcrum/internal/coldstart"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// suite asks for cold starts of its targets, without a load.
func suite(count int, targets ...v1alpha1.Target) *v1alpha1.Suite {
	s := &v1alpha1.Suite{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindSuite, Metadata: v1alpha1.Metadata{Name: "cold"}}
	s.Spec.Targets = targets
	s.Spec.ColdStarts = &v1alpha1.ColdStarts{Count: count, Settle: new(unit.Duration)}
	return s
}

// run runs a suite as the command does, and reads its log. Each thing that it does is told to doing, if there is one.
func run(ctx context.Context, t *testing.T, s *v1alpha1.Suite, access target.Access, variable func(string) string, doing func(string)) *record.Log {
	t.Helper()
	return start(ctx, t, s, access, variable, doing)()
}

// start is run beside the test. The function that it returns waits for the log.
func start(ctx context.Context, t *testing.T, s *v1alpha1.Suite, access target.Access, variable func(string) string, doing func(string)) func() *record.Log {
	t.Helper()
	suitefile.Default(s)
	if err := suitefile.Validate("suite", s); err != nil {
		t.Fatal(err)
	}
	in := bench.Input{Suite: s, Tool: "fulcrum test", Access: map[string]target.Access{}, Forcers: map[string]bench.Forcer{}}
	for _, asked := range s.Spec.Targets {
		in.Access[asked.Name] = access
		if asked.ColdStart == nil {
			continue
		}
		f, err := coldstart.Open(asked, coldstart.Environment{Variable: variable, AWS: access.AWS})
		if err != nil {
			t.Fatal(err)
		}
		in.Forcers[asked.Name] = f
	}
	if doing != nil {
		in.Progress = func(l bench.Live) { doing(l.Doing) }
	}
	var err error
	if in.Projection, err = bench.Project(s, nil); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		_, err := bench.Run(ctx, in, &b)
		ended <- err
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return func() *record.Log {
		t.Helper()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		l, err := record.ReadLog(&b)
		if err != nil || l.Damage != "" || l.End == nil {
			t.Fatalf("%v %s %+v", err, l.Damage, l.End)
		}
		return l
	}
}

// wantColdStart checks one that was confirmed: the phases that were seen, each not before the one before it.
func wantColdStart(t *testing.T, c record.ColdStart, method string, seen ...record.PhaseName) {
	t.Helper()
	if c.Failure != "" || !c.Confirmed || c.Method != method || c.Request.Kind != record.OK {
		t.Errorf("got %+v", c)
	}
	var got []record.PhaseName
	last := record.Phase{}
	for _, p := range c.Phases {
		if p.By == record.Unobserved {
			continue
		}
		if p.At < last.At {
			t.Errorf("%s at %s is before %s at %s", p.Name, p.At, last.Name, last.At)
		}
		got, last = append(got, p.Name), p
	}
	if all := len(record.PhaseNames()) - 1; !slices.Equal(got, seen) || len(c.Phases) != all { // all but the first token, which no answer has
		t.Errorf("saw %v, want %v\nin %+v", got, seen, c)
	}
}

// moments are when each phase was reached.
func moments(c record.ColdStart) map[record.PhaseName]time.Duration {
	at := map[record.PhaseName]time.Duration{}
	for _, p := range c.Phases {
		at[p.Name] = p.At
	}
	return at
}
