package simulate

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/workload"
)

// home is the case as the engine takes it.
func (c *batchCase) home() home.Home {
	h := home.Home{Name: "batched", Service: home.Service{Concurrency: c.spec.Max, Batch: &c.spec, ByPriority: c.byPriority}}
	if c.container {
		h.Container = &home.Container{Min: c.replicas, Max: c.replicas, QueueLength: c.queue.Length}
	} else {
		h.Cluster = &home.Cluster{Replicas: c.replicas, ReplicasPerNode: 1, Queue: c.queue}
	}
	return h
}

// engineRun is the engine on a batchCase, step by step.
type engineRun struct {
	*engine
	owner map[int32]int // requests inside, by the engine's number
	fates []fate
}

// simulate runs the case through the engine.
func (c *batchCase) simulate(t *rapid.T) []fate {
	hybrid, opt := Hybrid{Homes: []home.Home{c.home()}}, Options{Timeout: c.timeout, Cancel: c.cancel}
	if err := check(hybrid, opt); err != nil {
		t.Fatal(err)
	}
	info := workload.Info{Span: c.requests[len(c.requests)-1].At + 1}
	r := engineRun{newEngine(hybrid, info, opt), map[int32]int{}, make([]fate, len(c.requests))}
	for i := range c.requests {
		request := &c.requests[i]
		r.stepTo(int64(request.At))
		r.moveTo(int64(request.At))
		id := r.send(request)
		r.owner[id] = i
		r.watch(func() { r.route(id) })
	}
	r.stepTo(never - 1)
	return r.fates
}

func (r *engineRun) stepTo(limit int64) {
	for i, at := r.next(); at <= limit; i, at = r.next() {
		r.watch(func() { r.step(i, at) })
	}
}

// watch notes which requests an action of the engine lets go.
func (r *engineRun) watch(act func()) {
	s := r.homes[0].server
	s.done = s.done[:0]
	before := s.rejected
	act()
	for _, id := range r.jobs.free {
		i, ok := r.owner[id]
		if !ok {
			continue
		}
		delete(r.owner, id)
		f := fate{result: timedOut, at: time.Duration(r.now)}
		k := slices.IndexFunc(s.done, func(q sequence) bool { return q.id == id })
		switch j := &r.slab[id]; {
		case k >= 0 && !j.gone && (r.timeout == 0 || r.now-j.arrived <= r.timeout):
			f.result, f.firstToken = answered, time.Duration(s.done[k].firstToken)
		case k < 0 && s.rejected > before:
			f.result = rejected
		}
		r.fates[i] = f
	}
}

func anyBatchCase(t *rapid.T) *batchCase {
	c := &batchCase{
		spec: home.Batch{
			Alpha: time.Duration(rapid.IntRange(1, 50).Draw(t, "alpha")),
			Beta:  time.Duration(rapid.IntRange(0, 10).Draw(t, "beta")),
			Gamma: time.Duration(rapid.IntRange(0, 5).Draw(t, "gamma")),
			Max:   rapid.IntRange(1, 5).Draw(t, "max"),
		},
		replicas:   rapid.IntRange(1, 4).Draw(t, "replicas"),
		container:  rapid.Bool().Draw(t, "container"),
		byPriority: rapid.Bool().Draw(t, "byPriority"),
	}
	if rapid.Bool().Draw(t, "curved") {
		c.spec.Curve = anyCurve(t)
	}
	if rapid.Bool().Draw(t, "bounded") {
		c.spec.KVTokens = int64(rapid.IntRange(5, 60).Draw(t, "kv"))
	}
	if rapid.Bool().Draw(t, "chunked") {
		c.spec.MaxTokens = int64(c.spec.Max + rapid.IntRange(0, 12).Draw(t, "tokens"))
	}
	anyQueueing(t, c)
	var at time.Duration
	gap := rapid.SampledFrom([]int{10, 50, 200}).Draw(t, "gap")
	for range rapid.IntRange(1, 40).Draw(t, "n") {
		at += time.Duration(rapid.IntRange(0, gap).Draw(t, "gap"))
		c.requests = append(c.requests, workload.Request{
			At:       at,
			Input:    int32(rapid.IntRange(0, 20).Draw(t, "input")),
			Output:   int32(rapid.IntRange(0, 20).Draw(t, "output")),
			Priority: uint8(rapid.IntRange(0, 2).Draw(t, "priority")),
		})
	}
	return c
}

// anyQueueing draws the queues, and how long callers wait.
func anyQueueing(t *rapid.T, c *batchCase) {
	if rapid.Bool().Draw(t, "ownQueue") {
		c.spec.MaxWaiting = rapid.IntRange(1, 4).Draw(t, "maxWaiting")
	}
	if rapid.Bool().Draw(t, "boundedQueue") {
		c.queue = home.Queue{Bounded: true, Length: rapid.IntRange(1, 10).Draw(t, "length")}
	}
	if !c.container && rapid.Bool().Draw(t, "queueTimeout") {
		c.queue.Timeout = time.Duration(rapid.IntRange(1, 500).Draw(t, "longestWait"))
	}
	if rapid.Bool().Draw(t, "impatient") {
		c.timeout = time.Duration(rapid.IntRange(1, 1500).Draw(t, "timeout"))
		c.cancel = rapid.Bool().Draw(t, "cancel")
	}
}

// anyCurve may fall, and may end before the batch is full.
func anyCurve(t *rapid.T) []home.IterationTime {
	var curve []home.IterationTime
	for i := range rapid.IntRange(1, 4).Draw(t, "points") {
		n := 1
		if i > 0 {
			n = curve[i-1].Sequences + rapid.IntRange(1, 2).Draw(t, "step")
		}
		curve = append(curve, home.IterationTime{Sequences: n, Time: time.Duration(rapid.IntRange(1, 50).Draw(t, "time"))})
	}
	return curve
}

// TestBatchesEqualReference compares the engine, which jumps from change to change, with single iterations: of
// each request when it left and when its first token came, to the nanosecond. It takes 1,000 cases whatever -rapid.checks says.
func TestBatchesEqualReference(t *testing.T) {
	for n := 0; n < 1000 && !t.Failed(); {
		rapid.Check(t, func(t *rapid.T) {
			n++
			c := anyBatchCase(t)
			want, got := c.reference(), c.simulate(t)
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("request %d: got %v, want %v\nall got  %v\nall want %v", i, got[i], want[i], got, want)
				}
			}
		})
	}
}
