package bench

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench/benchtest"
	"fulcrum.dev/fulcrum/internal/bench/target"
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
	e.serve()
	answer(w, r)
}

func (e *expiring) serve() {
	if !e.isWarm() {
		<-time.After(e.start)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last = time.Now()
}

// Exchange makes it a target that is asked without a network: time may then be that of a bubble.
func (e *expiring) Exchange(_ context.Context, _ target.Request, start time.Time, _ time.Duration, r *record.Record) error {
	r.Sent = time.Since(start)
	r.Connected = r.Sent
	e.serve()
	<-time.After(time.Millisecond) // the way there and back
	r.Kind, r.Status = record.OK, http.StatusOK
	r.FirstByte = time.Since(start)
	r.LastByte = r.FirstByte
	return nil
}

func (*expiring) Interrupt() {}
func (*expiring) Close()     {}

// IsWarm makes it a Witness.
func (e *expiring) IsWarm(context.Context) (bool, error) { return e.isWarm(), nil }

// witness is a forcer that only watches.
type witness struct {
	*fakeForcer
	*expiring
}

// searching looks for the window of a server in a bubble of its own time.
func searching(t *testing.T, e *expiring, from, to time.Duration, forcers map[string]Forcer) record.KeepAlive {
	t.Helper()
	s := coldSuite("http://127.0.0.1:9/", 1) // which is not asked
	s.Spec.Targets, s.Spec.ColdStarts = s.Spec.Targets[:1], nil
	s.Spec.KeepAlive = &v1alpha1.KeepAliveSearch{From: unit.Duration(from), To: unit.Duration(to), Within: 0.1}
	in := inputOf(t, s, nil)
	in.Forcers = forcers
	in.open = func(v1alpha1.Target, target.Access, int) (target.Target, error) { return e, nil }
	var b bytes.Buffer
	if _, err := Run(t.Context(), in, &b); err != nil {
		t.Fatal(err)
	}
	l := readLog(t, b.Bytes())
	if len(l.KeepAlives) != 1 {
		t.Fatalf("%+v", l.KeepAlives)
	}
	return l.KeepAlives[0]
}

// TestKeepAlive finds the window of a server, by its time or because somebody knows.
func TestKeepAlive(t *testing.T) {
	for name, isKnown := range map[string]bool{"by time": false, "by the platform": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &expiring{window: 20 * time.Minute, start: 5 * time.Second}
				forcers := map[string]Forcer{}
				if isKnown {
					forcers["a"] = witness{new(fakeForcer), e}
				}
				k := searching(t, e, 5*time.Minute, 80*time.Minute, forcers)
				if k.Failure != "" || k.Confirmed != isKnown || k.Warm > e.window || k.Cold < e.window || k.Warm == 0 ||
					k.Cold > k.Warm*11/10+time.Second || len(k.Tries) < 4 {
					t.Errorf("%+v", k)
				}
			})
		})
	}
}

// TestKeepAliveBeyond: a window outside of the two gaps is said to be there, and not looked for.
func TestKeepAliveBeyond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := searching(t, &expiring{window: time.Hour, start: time.Second}, time.Minute, 2*time.Minute, nil)
		if long.Cold != 0 || long.Warm < 2*time.Minute || len(long.Tries) != 2 {
			t.Errorf("%+v", long)
		}
		short := &expiring{window: 5 * time.Second, start: time.Second}
		k := searching(t, short, time.Minute, time.Hour, map[string]Forcer{"a": witness{new(fakeForcer), short}})
		if k.Warm != 0 || k.Cold < time.Minute || len(k.Tries) != 1 {
			t.Errorf("%+v", k)
		}
	})
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
