package bench

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/record"
)

// expiring is a server that forgets after a while without a request, and then takes longer.
type expiring struct {
	window, start time.Duration

	mu   sync.Mutex
	last time.Time
}

func (e *expiring) isWarm() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return time.Since(e.last) < e.window
}

func (e *expiring) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !e.isWarm() {
		<-time.After(e.start)
	}
	answer(w, r)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = time.Now()
}

// IsWarm makes it a Witness.
func (e *expiring) IsWarm(context.Context) (bool, error) { return e.isWarm(), nil }

// witness is a forcer that only watches.
type witness struct {
	*fakeForcer
	*expiring
}

func searching(t *testing.T, e *expiring, from, to time.Duration, forcers map[string]Forcer) record.KeepAlive {
	t.Helper()
	server := benchtest.Serve(t, e.ServeHTTP)
	s := coldSuite(server.URL, 1)
	s.Spec.Targets, s.Spec.ColdStarts = s.Spec.Targets[:1], nil
	s.Spec.KeepAlive = &v1alpha1.KeepAliveSearch{From: unit.Duration(from), To: unit.Duration(to), Within: 0.1}
	l, _ := runForced(t.Context(), t, s, forcers)
	if len(l.KeepAlives) != 1 {
		t.Fatalf("%+v", l.KeepAlives)
	}
	return l.KeepAlives[0]
}

// TestKeepAlive finds the window of a server, by its time or because somebody knows.
func TestKeepAlive(t *testing.T) {
	for name, isKnown := range map[string]bool{"by time": false, "by the platform": true} {
		t.Run(name, func(t *testing.T) {
			e := &expiring{window: 200 * time.Millisecond, start: 100 * time.Millisecond}
			forcers := map[string]Forcer{}
			if isKnown {
				forcers["a"] = witness{new(fakeForcer), e}
			}
			k := searching(t, e, 50*time.Millisecond, 800*time.Millisecond, forcers)
			// A busy machine makes gaps longer than they should be, which is what is recorded.
			if k.Failure != "" || k.Confirmed != isKnown || k.Warm > 210*time.Millisecond || k.Cold < 190*time.Millisecond || k.Warm == 0 || len(k.Tries) < 4 {
				t.Errorf("%+v", k)
			}
		})
	}
}

// TestKeepAliveBeyond: a window outside of the two gaps is said to be there, and not looked for.
func TestKeepAliveBeyond(t *testing.T) {
	long := searching(t, &expiring{window: time.Minute, start: 50 * time.Millisecond}, 20*time.Millisecond, 40*time.Millisecond, nil)
	if long.Cold != 0 || long.Warm < 40*time.Millisecond || len(long.Tries) != 2 {
		t.Errorf("%+v", long)
	}
	short := &expiring{window: 5 * time.Millisecond, start: 50 * time.Millisecond}
	k := searching(t, short, 50*time.Millisecond, time.Minute, map[string]Forcer{"a": witness{new(fakeForcer), short}})
	if k.Warm != 0 || k.Cold < 50*time.Millisecond || len(k.Tries) != 1 {
		t.Errorf("%+v", k)
	}
}

// TestInterruptedKeepAlive keeps what it has.
func TestInterruptedKeepAlive(t *testing.T) {
	e := &expiring{window: time.Hour}
	server := benchtest.Serve(t, e.ServeHTTP)
	s := coldSuite(server.URL, 1)
	s.Spec.Targets, s.Spec.ColdStarts = s.Spec.Targets[:1], nil
	s.Spec.KeepAlive = &v1alpha1.KeepAliveSearch{From: unit.Duration(time.Millisecond), To: unit.Duration(time.Hour), Within: 0.1}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	in := inputOf(t, s, nil)
	in.Progress = func(v Live) {
		if strings.Contains(v.Doing, "try 2") {
			cancel()
		}
	}
	var b strings.Builder
	end, err := Run(ctx, in, &b)
	if err != nil {
		t.Fatal(err)
	}
	l := readLog(t, []byte(b.String()))
	if len(l.KeepAlives) != 1 || l.KeepAlives[0].Failure != "the run was stopped" || len(l.KeepAlives[0].Tries) != 1 || end.Complete {
		t.Errorf("%+v %+v", l.KeepAlives, end)
	}
}

func TestLongestSearch(t *testing.T) {
	k := &v1alpha1.KeepAliveSearch{From: unit.Duration(time.Minute), To: unit.Duration(4 * time.Minute), Within: 1}
	// 1 and 4 minutes, then 2: the two are within a factor of 2.
	if got := LongestSearch(k); got != 7*time.Minute {
		t.Errorf("got %s, want 7m", got)
	}
}
