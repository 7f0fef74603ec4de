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
	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// fakeForcer makes every second start fail if it shall, and counts what it is asked.
type fakeForcer struct {
	forced, restored atomic.Int32
	flaky            bool
	stuck            func() // called when a start begins that never ends
	leaves           error
}

func (f *fakeForcer) Force(ctx context.Context, now func() time.Duration, ask func(context.Context) record.Record) (record.ColdStart, error) {
	c := record.ColdStart{Method: "fake", Confirmed: true, Evidence: "it says so"}
	c.Phases = []record.Phase{{Name: record.Trigger, At: now(), By: record.ByClient}}
	if n := f.forced.Add(1); f.flaky && n%2 == 0 {
		return c, errors.New("no pod came")
	}
	if f.stuck != nil {
		f.stuck()
		<-ctx.Done()
		return c, context.Cause(ctx)
	}
	c.Phases = append(c.Phases, record.Phase{Name: record.Ready, At: now(), By: record.ByPlatform})
	c.Request = ask(ctx)
	return c, nil
}

func (f *fakeForcer) Restore(ctx context.Context) error {
	f.restored.Add(1)
	return errors.Join(f.leaves, ctx.Err())
}

// coldSuite has two targets, cold starts and no load.
func coldSuite(url string, count int) *v1alpha1.Suite {
	s := &v1alpha1.Suite{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindSuite, Metadata: v1alpha1.Metadata{Name: "test"}}
	for _, name := range []string{"a", "b"} {
		s.Spec.Targets = append(s.Spec.Targets, v1alpha1.Target{
			Name: name, URL: url, ColdStart: &v1alpha1.ColdStartMethod{Kubernetes: &v1alpha1.KubernetesColdStart{Deployment: name}},
		})
	}
	s.Spec.ColdStarts = &v1alpha1.ColdStarts{Count: count, Settle: new(unit.Duration)}
	suitefile.Default(s)
	return s
}

func runForced(ctx context.Context, t *testing.T, s *v1alpha1.Suite, forcers map[string]Forcer) (*record.Log, record.End) {
	t.Helper()
	in := inputOf(t, s, nil)
	in.Forcers = forcers
	var b bytes.Buffer
	end, err := Run(ctx, in, &b)
	if err != nil {
		t.Fatal(err)
	}
	return readLog(t, b.Bytes()), end
}

func phaseNames(c record.ColdStart) (names []record.PhaseName) {
	for _, p := range c.Phases {
		names = append(names, p.Name)
	}
	return names
}

// TestColdStartsByRounds: every target has one in each round, what fails is recorded and the next one follows.
func TestColdStartsByRounds(t *testing.T) {
	server := benchtest.Serve(t, answer)
	good, flaky := new(fakeForcer), &fakeForcer{flaky: true}
	l, _ := runForced(t.Context(), t, coldSuite(server.URL, 4), map[string]Forcer{"a": good, "b": flaky})
	if len(l.ColdStarts) != 8 || good.restored.Load() != 1 || flaky.restored.Load() != 1 || len(l.Records) != 0 || !l.End.Complete {
		t.Fatalf("%d cold starts, restored %d and %d times, end %+v", len(l.ColdStarts), good.restored.Load(), flaky.restored.Load(), l.End)
	}
	if a := analysis.Of(l.Columns(), 1); !a.Valid || !a.Complete {
		t.Errorf("invalid: %s %s", a.Invalid, a.Reason)
	}
	failed := 0
	for i, c := range l.ColdStarts {
		if round := int64(i / 2); c.Request.Round != round || i%2 == 1 && l.ColdStarts[i-1].Target == c.Target {
			t.Errorf("cold start %d is of target %d in round %d", i, c.Target, c.Request.Round)
		}
		if c.Failure != "" {
			failed++
			if c.Target != 1 || c.Failure != "no pod came" || c.Confirmed || !slices.Equal(phaseNames(c), []record.PhaseName{record.Trigger}) {
				t.Errorf("%+v", c)
			}
			continue
		}
		if !slices.Equal(phaseNames(c), record.PhaseNames()[:8]) || c.Request.Kind != record.OK || !c.Confirmed {
			t.Errorf("%+v", c)
		}
		if first := c.Phases[7]; first.By != record.ByClient || first.At != c.Request.FirstByte || c.Phases[1].By != record.Unobserved {
			t.Errorf("%+v", c.Phases)
		}
	}
	if failed != 2 {
		t.Errorf("%d failed, want 2", failed)
	}
}

// TestFirstTokenOfAColdStart: it stands where answers have tokens, seen or not, and nowhere else.
func TestFirstTokenOfAColdStart(t *testing.T) {
	server := benchtest.Serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(body), `"stream":true`):
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]\n\n")
		default:
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"choices": [{"message": {"content": "a"}}], "data": [{"embedding": [1]}], "outputs": [{"data": [1]}]}`)
		}
	})
	chat := &v1alpha1.OpenAIRequest{Model: "m"}
	whole := &v1alpha1.OpenAIRequest{Model: "m", Stream: new(bool)}
	inputs := &v1alpha1.InferenceRequest{Model: "m", Inputs: []v1alpha1.InferenceTensor{{Name: "x", Datatype: "FP32", Shape: []int64{1}}}}
	for _, test := range []struct {
		target v1alpha1.Target
		want   record.Observer // "" for no such phase
	}{
		{v1alpha1.Target{Protocol: "openai-chat", OpenAI: chat}, record.ByClient},
		{v1alpha1.Target{Protocol: "openai-chat", OpenAI: whole}, record.Unobserved},
		{v1alpha1.Target{Protocol: "openai-embeddings", OpenAI: &v1alpha1.OpenAIRequest{Model: "m"}}, ""},
		{v1alpha1.Target{Protocol: "inference", Inference: inputs}, ""},
		{v1alpha1.Target{Protocol: "http"}, ""},
	} {
		s := coldSuite(server.URL, 1)
		test.target.Name, test.target.URL, test.target.ColdStart = "a", server.URL, s.Spec.Targets[0].ColdStart
		s.Spec.Targets = []v1alpha1.Target{test.target}
		suitefile.Default(s)
		l, _ := runForced(t.Context(), t, s, map[string]Forcer{"a": new(fakeForcer)})
		c := l.ColdStarts[0]
		last := c.Phases[len(c.Phases)-1]
		if c.Failure != "" || (last.Name == record.FirstToken) != (test.want != "") || test.want != "" && last.By != test.want {
			t.Errorf("%s: %+v, want the first token seen by %q", test.target.Protocol, c, test.want)
		}
	}
}

// fakeIdler notes what it is told.
type fakeIdler struct {
	fakeForcer
	asked []time.Duration
}

func (f *fakeIdler) Asked(last time.Duration) { f.asked = append(f.asked, last) }

// TestIdleSinceTheLoad: who waits for a target to be idle knows when its last request ended, if there was a load.
func TestIdleSinceTheLoad(t *testing.T) {
	s := coldSuite(benchtest.Serve(t, answer).URL, 2)
	a, b := new(fakeIdler), new(fakeIdler)
	runForced(t.Context(), t, s, map[string]Forcer{"a": a, "b": b})
	if len(a.asked) != 0 || len(b.asked) != 0 {
		t.Errorf("without a load: %v, %v", a.asked, b.asked)
	}
	s.Spec.Load = suiteOf(100, 0.2).Spec.Load
	l, _ := runForced(t.Context(), t, s, map[string]Forcer{"a": a, "b": b})
	var last [2]time.Duration
	for _, r := range l.Records {
		last[r.Target] = max(last[r.Target], r.LastByte)
	}
	if !slices.Equal(a.asked, last[:1]) || !slices.Equal(b.asked, last[1:]) || last[0] == 0 || last[1] == 0 {
		t.Errorf("told %v and %v, the last answers ended at %v", a.asked, b.asked, last)
	}
}

// TestInterruptedColdStart: the target is left as it was, and the log is whole.
func TestInterruptedColdStart(t *testing.T) {
	server := benchtest.Serve(t, answer)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stuck := &fakeForcer{stuck: cancel}
	s := coldSuite(server.URL, 4)
	s.Spec.Targets = s.Spec.Targets[:1]
	l, end := runForced(ctx, t, s, map[string]Forcer{"a": stuck})
	if len(l.ColdStarts) != 1 || l.ColdStarts[0].Failure != "the run was stopped" || stuck.restored.Load() != 1 || end.Complete || end.Reason != "interrupted" {
		t.Errorf("%+v, restored %d times, end %+v", l.ColdStarts, stuck.restored.Load(), end)
	}
}

// TestTargetThatIsLeftChanged makes the run incomplete, and says what is to be done.
func TestTargetThatIsLeftChanged(t *testing.T) {
	server := benchtest.Serve(t, answer)
	s := coldSuite(server.URL, 1)
	s.Spec.Targets = s.Spec.Targets[:1]
	_, end := runForced(t.Context(), t, s, map[string]Forcer{"a": &fakeForcer{leaves: errors.New("scale it yourself")}})
	if end.Complete || end.Reason != "a is not as it was: scale it yourself" {
		t.Errorf("%+v", end)
	}
}

func TestColdStartThatTakesTooLong(t *testing.T) {
	server := benchtest.Serve(t, answer)
	s := coldSuite(server.URL, 1)
	s.Spec.Targets, s.Spec.ColdStarts.Timeout = s.Spec.Targets[:1], unit.Duration(20*time.Millisecond)
	l, end := runForced(t.Context(), t, s, map[string]Forcer{"a": &fakeForcer{stuck: func() {}}})
	if len(l.ColdStarts) != 1 || !strings.HasPrefix(l.ColdStarts[0].Failure, "not within 20ms: ") || !end.Complete {
		t.Errorf("%+v %+v", l.ColdStarts, end)
	}
}
