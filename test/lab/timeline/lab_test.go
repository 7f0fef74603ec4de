package timeline_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/test/lab/cluster"
	"fulcrum.dev/fulcrum/test/lab/labtest"
	"fulcrum.dev/fulcrum/test/lab/metrics"
	"fulcrum.dev/fulcrum/test/lab/model"
	"fulcrum.dev/fulcrum/test/lab/proxy"
	"fulcrum.dev/fulcrum/test/lab/timeline"
)

func TestMain(m *testing.M) { labtest.Main(m, installEncoder) }

var update = flag.Bool("update", false, "make the record of TestEncoderScales "+recorded)

// missing is why there is no encoder.
func missing() error {
	for _, program := range []string{"node", "npm", "nice"} {
		if _, err := exec.LookPath(program); err != nil {
			return err
		}
	}
	return nil
}

func installEncoder(ctx context.Context) error {
	if missing() != nil {
		return nil // the test says so
	}
	_, err := model.Encoder(ctx)
	return err
}

// The autoscaler's periods. No window is a multiple of the sync period, or it would be chance which syncs fall into it.
const (
	syncPeriod = 1500 * time.Millisecond
	window     = 4 // seconds of looking back before scaling down, and a policy's period for scaling up
	pause      = 2 // seconds, a policy's period for scaling down
)

// TestEncoderScales drives a Deployment of the encoder from one replica to its maximum and back by HTTP requests to its Service,
// and gives the record of it to the simulator's HPA.
func TestEncoderScales(t *testing.T) {
	if err := missing(); err != nil {
		t.Skipf("skipped: %v; the encoder needs it", err)
	}
	l := labtest.Alone(t, cluster.Options{HPA: cluster.HPA{
		SyncPeriod: syncPeriod, DownscaleStabilization: window * time.Second,
		InitialReadinessDelay: time.Second, CPUInitialization: time.Second,
	}})
	r := timeline.NewRecorder(l.Namespace, syncPeriod, 0.1)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(text(r.Events()))
		}
	})
	startServices(l, r)
	s := deployEncoder(l)
	if err := r.Follow(l.Context(), l.Client); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Stop)
	l.UntilReplicas(name, 1)
	autoscale(l)

	crowd := &crowd{lab: l, recorder: r, url: s}
	t.Cleanup(crowd.leave)
	for _, phase := range []struct {
		callers  int
		replicas int32
	}{{2, 1}, {14, most}, {5, 2}, {0, 1}} {
		crowd.be(phase.callers)
		l.UntilReplicas(name, phase.replicas)
		untilSyncs(l, r, 3)
	}
	if crowd.answers.Load() == 0 || crowd.failures.Load()*20 > crowd.answers.Load() {
		t.Errorf("%d answers and %d failures, want few of the latter", crowd.answers.Load(), crowd.failures.Load())
	}

	file := filepath.Join(t.TempDir(), "encoder.jsonl")
	if err := timeline.Write(file, r.Events()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := timeline.Write(recorded, r.Events()); err != nil {
			t.Fatal(err)
		}
	}
	events, err := timeline.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	checkMilestones(t, events)
	checkReplay(t, events, most)
}

// startServices starts nodes with GPUs, the metrics APIs and the Services' proxy.
func startServices(l *labtest.Lab, r *timeline.Recorder) {
	l.Helper()
	for range 2 {
		l.StartNode(nodeSpec(l))
	}
	ctx, cancel := context.WithTimeout(l.Context(), 30*time.Second)
	defer cancel()
	m, err := metrics.Start(ctx, l.Cluster.Config, metrics.Options{
		Address: netip.MustParseAddr("10.240.0.9"), CustomPeriod: 300 * time.Millisecond, Observe: r.Observe,
	})
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(m.Stop)
	p, err := proxy.Start(ctx, l.Cluster.Config, nil)
	if err != nil {
		l.Fatal(err)
	}
	l.Cleanup(p.Stop)
}

// untilSyncs waits for the autoscaler to have looked so many times more.
func untilSyncs(l *labtest.Lab, r *timeline.Recorder, more int) {
	l.Helper()
	want := countSyncs(r.Events()) + more
	l.Until(fmt.Sprintf("%d syncs of the autoscaler", more), func(context.Context) (bool, error) {
		n := countSyncs(r.Events())
		return n >= want, fmt.Errorf("%d of %d", n, want)
	})
}

func countSyncs(events []timeline.Event) int {
	n := 0
	for _, e := range events {
		if e.Metric != nil && e.Metric.Sync {
			n++
		}
	}
	return n
}

// checkMilestones: every pod passed all of them, in their order, and answered.
func checkMilestones(t *testing.T, events []timeline.Event) {
	t.Helper()
	passed, answered := map[string][]string{}, map[string]bool{}
	for _, e := range events {
		switch {
		case e.Pod != nil:
			passed[e.Pod.Name] = append(passed[e.Pod.Name], e.Pod.News...)
		case e.Answer != "":
			answered[e.Answer] = true
		}
	}
	if len(passed) < most {
		t.Errorf("%d pods, want at least %d", len(passed), most)
	}
	want := []string{timeline.Created, timeline.Scheduled, timeline.ProcessUp, timeline.Ready}
	for pod, got := range passed {
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) || !answered[pod] {
			t.Errorf("pod %s: %q, answered %v; want %q first, and an answer", pod, got, answered[pod], want)
		}
	}
}

// text is the events as in their file.
func text(events []timeline.Event) string {
	var out []byte
	for _, e := range events {
		line, err := json.Marshal(e)
		if err != nil {
			return err.Error()
		}
		out = append(append(out, line...), '\n')
	}
	return string(out)
}
