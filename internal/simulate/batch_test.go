package simulate

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/platform"
	"fulcrum.dev/fulcrum/internal/workload"
)

// departure is when a request left a batch, and when its first token came if it was not taken away.
type departure struct {
	id             int
	at, firstToken time.Duration
}

// batchCase is requests for one replica whose callers leave after patience, or never when it is 0.
type batchCase struct {
	spec       platform.Batch
	byPriority bool
	patience   time.Duration
	requests   []workload.Request
}

func (c *batchCase) deadline(id int) time.Duration {
	if c.patience == 0 {
		return math.MaxInt64
	}
	return c.requests[id].At + c.patience
}

// slowSequence is a request in the definition.
type slowSequence struct {
	id           int
	prompt, left int64 // tokens that are still to be run
	firstToken   time.Duration
}

// slowBatch runs one replica iteration by iteration, as continuous batching is defined.
func slowBatch(c *batchCase) []departure {
	var (
		running []slowSequence
		waiting []int
		out     []departure
		now     time.Duration
		next    int // request to arrive
	)
	for next < len(c.requests) || len(waiting)+len(running) > 0 {
		if len(running)+len(waiting) == 0 {
			now = max(now, c.requests[next].At)
		}
		for ; next < len(c.requests) && c.requests[next].At <= now; next++ {
			waiting = append(waiting, next)
		}
		waiting = slices.DeleteFunc(waiting, func(id int) bool {
			return c.deadline(id) < now && leaves(&out, departure{id: id, at: c.deadline(id)})
		})
		running = slices.DeleteFunc(running, func(s slowSequence) bool {
			return c.deadline(s.id) < now && leaves(&out, departure{id: s.id, at: now})
		})
		if len(running)+len(waiting) == 0 {
			continue
		}
		if c.byPriority {
			slices.SortStableFunc(waiting, func(a, b int) int {
				return cmp.Compare(c.requests[b].Priority, c.requests[a].Priority)
			})
		}
		running, waiting = c.iterate(&now, running, waiting)
		running = slices.DeleteFunc(running, func(s slowSequence) bool {
			if c.deadline(s.id) < now {
				s.firstToken = 0 // nobody is told of it
			}
			return s.left == 0 && leaves(&out, departure{id: s.id, at: now, firstToken: s.firstToken})
		})
	}
	return out
}

// iterate admits what fits, runs one iteration, and moves now to its end.
func (c *batchCase) iterate(now *time.Duration, running []slowSequence, waiting []int) ([]slowSequence, []int) {
	budget := int64(math.MaxInt64)
	if c.spec.MaxTokens > 0 {
		budget = c.spec.MaxTokens
		for _, s := range running {
			if s.prompt == 0 {
				budget--
			}
		}
	}
	var prompts int64
	chunks := make([]int64, len(running))
	for i, s := range running {
		chunks[i] = min(s.prompt, budget-prompts)
		prompts += chunks[i]
	}
	for len(waiting) > 0 && len(running) < c.spec.Max && prompts < budget && c.fits(running, waiting[0]) {
		r := c.requests[waiting[0]]
		s := slowSequence{id: waiting[0], prompt: c.spec.Prompt(r.Input), left: max(1, int64(r.Output))}
		chunk := min(s.prompt, budget-prompts)
		prompts += chunk
		running, chunks, waiting = append(running, s), append(chunks, chunk), waiting[1:]
	}
	*now += c.spec.Iteration(len(running), prompts)
	for i := range running {
		s := &running[i]
		if s.prompt -= chunks[i]; s.prompt > 0 {
			continue
		}
		if s.firstToken == 0 {
			s.firstToken = *now
		}
		s.left--
	}
	return running, waiting
}

func (c *batchCase) fits(running []slowSequence, id int) bool {
	held := c.context(id)
	for _, s := range running {
		held += c.context(s.id)
	}
	return c.spec.KVTokens == 0 || len(running) == 0 || held <= c.spec.KVTokens
}

func (c *batchCase) context(id int) int64 {
	return int64(c.requests[id].Input) + int64(c.requests[id].Output)
}

func leaves(out *[]departure, d departure) bool {
	*out = append(*out, d)
	return true
}

// fastBatch runs the same through the engine's batch.
func fastBatch(c *batchCase) []departure {
	h := platform.Home{Service: platform.Service{Concurrency: c.spec.Max, Batch: &c.spec, ByPriority: c.byPriority}}
	s := newServer(h, 0, never, newCallers(newRecorder(workload.Info{}, Options{}, true), Options{}), 1)
	b := newBatch(s)
	var out []departure
	gone := make([]bool, len(c.requests))
	stepTo := func(limit int64) {
		for b.next <= limit {
			now := b.next
			for _, q := range b.step(s, now, nil) {
				d := departure{id: int(q.id), at: time.Duration(now)}
				if !s.slab[q.id].leaving {
					d.firstToken = time.Duration(q.firstToken)
				}
				gone[q.id] = true
				out = append(out, d)
			}
		}
	}
	left := 0 // callers that have left, or had their answer
	leaveTo := func(limit time.Duration) {
		for ; left < len(c.requests) && c.deadline(left) < limit; left++ {
			at := int64(c.deadline(left))
			if stepTo(at); gone[left] {
				continue
			}
			if now, _ := b.leave(s, int32(left), at); now {
				gone[left] = true
				out = append(out, departure{id: left, at: time.Duration(at)})
			}
		}
	}
	for i := range c.requests {
		r := &c.requests[i]
		leaveTo(r.At)
		stepTo(int64(r.At) - 1) // an arrival at a boundary is admitted there, as in the definition
		b.offer(s, s.send(r), int64(r.At))
	}
	leaveTo(math.MaxInt64)
	stepTo(never - 1)
	return out
}

func anyBatchCase(t *rapid.T) *batchCase {
	c := &batchCase{
		spec: platform.Batch{
			Alpha: time.Duration(rapid.IntRange(1, 50).Draw(t, "alpha")),
			Beta:  time.Duration(rapid.IntRange(0, 10).Draw(t, "beta")),
			Gamma: time.Duration(rapid.IntRange(0, 5).Draw(t, "gamma")),
			Max:   rapid.IntRange(1, 5).Draw(t, "max"),
		},
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
	if rapid.Bool().Draw(t, "cancel") {
		c.patience = time.Duration(rapid.IntRange(1, 1500).Draw(t, "patience"))
	}
	var at time.Duration
	for range rapid.IntRange(1, 30).Draw(t, "n") {
		at += time.Duration(rapid.IntRange(0, 200).Draw(t, "gap"))
		c.requests = append(c.requests, workload.Request{
			At:       at,
			Input:    int32(rapid.IntRange(0, 20).Draw(t, "input")),
			Output:   int32(rapid.IntRange(0, 20).Draw(t, "output")),
			Priority: uint8(rapid.IntRange(0, 2).Draw(t, "priority")),
		})
	}
	return c
}

// anyCurve may fall, and may end before the batch is full.
func anyCurve(t *rapid.T) []platform.IterationTime {
	var curve []platform.IterationTime
	for i := range rapid.IntRange(1, 4).Draw(t, "points") {
		n := 1
		if i > 0 {
			n = curve[i-1].Sequences + rapid.IntRange(1, 2).Draw(t, "step")
		}
		curve = append(curve, platform.IterationTime{Sequences: n, Time: time.Duration(rapid.IntRange(1, 50).Draw(t, "time"))})
	}
	return curve
}

// TestBatchEqualsIterationByIteration compares virtual time with the definition, to the nanosecond: with and
// without priorities, prompts spread over iterations, and callers that leave.
func TestBatchEqualsIterationByIteration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyBatchCase(t)
		want, got := slowBatch(c), fastBatch(c)
		for _, list := range [][]departure{want, got} {
			slices.SortFunc(list, func(a, b departure) int { return cmp.Compare(a.id, b.id) })
		}
		if !slices.Equal(got, want) {
			t.Fatalf("departures differ:\n got %v\nwant %v", got, want)
		}
	})
}
