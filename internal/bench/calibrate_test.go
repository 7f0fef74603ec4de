package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/calibrate"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// batching is a server whose iterations last alpha + beta x streams + gamma x prompt tokens admitted.
type batching struct {
	alpha, beta, gamma time.Duration
	most               int
	arrived            chan *streaming

	mu   sync.Mutex
	late []time.Duration // by how much it missed the end of each iteration
}

type streaming struct {
	prompt, left int
	token        chan struct{} // one for each iteration, closed after the last
}

// iterate keeps to a clock of its own, so that waking up late does not add up.
func (b *batching) iterate(ctx context.Context) {
	var waiting, running []*streaming
	for {
		if len(waiting)+len(running) == 0 {
			select {
			case s := <-b.arrived:
				waiting = append(waiting, s)
			case <-ctx.Done():
				return
			}
		}
		now := time.Now()
		for busy := true; busy; now = b.end(&waiting, &running, now) {
			b.collect(ctx, &waiting, now)
			busy = len(waiting)+len(running) > 0 && ctx.Err() == nil
		}
	}
}

// collect takes in what arrives until a moment.
func (b *batching) collect(ctx context.Context, waiting *[]*streaming, until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	for {
		select {
		case s := <-b.arrived:
			*waiting = append(*waiting, s)
		case <-timer.C:
			b.mu.Lock()
			b.late = append(b.late, time.Since(until))
			b.mu.Unlock()
			return
		case <-ctx.Done():
			return
		}
	}
}

// end gives every stream its token of the iteration that ends now, admits what waits, and returns when the next one ends.
func (b *batching) end(waiting, running *[]*streaming, now time.Time) time.Time {
	for _, s := range *running {
		s.token <- struct{}{}
		if s.left--; s.left == 0 {
			close(s.token)
		}
	}
	*running = slices.DeleteFunc(*running, func(s *streaming) bool { return s.left == 0 })
	prompts := 0
	for len(*waiting) > 0 && len(*running) < b.most {
		prompts += (*waiting)[0].prompt
		*running = append(*running, (*waiting)[0])
		*waiting = (*waiting)[1:]
	}
	return now.Add(b.alpha + time.Duration(len(*running))*b.beta + time.Duration(prompts)*b.gamma)
}

func (b *batching) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Prompt    string `json:"prompt"`
		MaxTokens int    `json:"max_tokens"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s := &streaming{prompt: len(strings.Fields(body.Prompt)), left: body.MaxTokens, token: make(chan struct{}, body.MaxTokens)}
	select {
	case b.arrived <- s:
	case <-r.Context().Done():
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for range s.token {
		fmt.Fprint(w, "data: {\"choices\":[{\"text\":\"a\"}]}\n\n")
		w.(http.Flusher).Flush()
	}
	fmt.Fprintf(w, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}\n\ndata: [DONE]\n\n", s.prompt, body.MaxTokens)
}

// p99OfLateness says how far the server was from the one that it is meant to be.
func (b *batching) p99OfLateness() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	slices.Sort(b.late)
	return b.late[len(b.late)*99/100]
}

// TestCalibrateRecoversAServer measures a batching server over HTTP and finds its parameters. It measures this machine, so
// that it runs only where FULCRUM_MEASURE is set, and says nothing where the machine is busy.
func TestCalibrateRecoversAServer(t *testing.T) {
	if os.Getenv("FULCRUM_MEASURE") == "" {
		t.Skip("skipped: it measures the machine for half a minute: set FULCRUM_MEASURE to run it alone")
	}
	t.Parallel()
	b := &batching{alpha: 12 * time.Millisecond, beta: 1200 * time.Microsecond, gamma: 120 * time.Microsecond, most: 8, arrived: make(chan *streaming)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.iterate(ctx) }()
	server := httptest.NewServer(b)
	t.Cleanup(func() { server.Close(); cancel(); <-done })

	log := run(t, &v1alpha1.Suite{
		APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindSuite, Metadata: v1alpha1.Metadata{Name: "known"},
		Spec: v1alpha1.SuiteSpec{
			Targets: []v1alpha1.Target{{Name: "batching", URL: server.URL, Protocol: "openai-completions", OpenAI: &v1alpha1.OpenAIRequest{Model: "known"}}},
			Load: v1alpha1.SuiteLoad{
				Phases: []v1alpha1.Phase{
					{Rate: 2, Duration: unit.Duration(12 * time.Second)},
					{Rate: 8, Duration: unit.Duration(10 * time.Second)},
					{Rate: 22, Duration: unit.Duration(8 * time.Second)},
				},
				Sizes: v1alpha1.Sizes{
					Input:  &v1alpha1.CountDistribution{Shape: "uniform", Mean: 100, CV: 0.5},
					Output: &v1alpha1.CountDistribution{Shape: "uniform", Mean: 16, CV: 0.4},
				},
			},
			Gate: v1alpha1.LatenessGate{Most: unit.Duration(time.Second)}, // whatever else the machine does
		},
	})
	if late := b.p99OfLateness(); late > 2*time.Millisecond {
		t.Skipf("skipped: the machine is too busy to be a server of known times: one in a hundred iterations of 12 ms ended %v late", late)
	}
	got, err := calibrate.Fit(t.Context(), log, 0, calibrate.Options{Hardware: calibrate.Hardware{GPU: "L4"}, Model: calibrate.Auto, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	p := got.Profile.Batched
	for _, x := range []struct {
		name      string
		got, want time.Duration
	}{{"alpha", p.Alpha.Std(), b.alpha}, {"beta", p.Beta.Std(), b.beta}, {"gamma", p.Gamma.Std(), b.gamma}} {
		off := float64(x.got)/float64(x.want) - 1
		t.Logf("%s is %v, fitted %v (%+.2f %%)", x.name, x.want, x.got, 100*off)
		if math.Abs(off) > 0.05 {
			t.Errorf("%s is %v, expected %v within 5 %% (off by %+.1f %%)", x.name, x.got, x.want, 100*off)
		}
	}
	if p.MaxBatch != b.most {
		t.Errorf("the greatest batch is %d, expected %d", p.MaxBatch, b.most)
	}
}

func run(t *testing.T, s *v1alpha1.Suite) *record.Log {
	t.Helper()
	suitefile.Default(s)
	if err := suitefile.Validate("suite", s); err != nil {
		t.Fatal(err)
	}
	in := bench.Input{Suite: s, SuiteHash: "0123456789", Tool: "test"}
	var err error
	if in.Workload, err = bench.Workload(nil, s); err != nil {
		t.Fatal(err)
	}
	if in.Projection, err = bench.Project(s, in.Workload); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := bench.Run(t.Context(), in, &b); err != nil {
		t.Fatal(err)
	}
	log, err := record.ReadLog(&b)
	if err != nil {
		t.Fatal(err)
	}
	return log
}
