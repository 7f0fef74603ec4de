package calibrate

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/record"
)

// TestMain lowers the number of servers that a law is tried on, which cost about a tenth of a second each.
func TestMain(m *testing.M) { longtest.Main(m, 8, 30) }

// seconds turns seconds into a time.
func seconds(s float64) time.Duration { return time.Duration(s * 1e9) }

// arrivals are Poisson at several rates, one after the other, each for as long.
func arrivals(rng *rand.Rand, each time.Duration, rates ...float64) []time.Duration {
	var list []time.Duration
	for i, rate := range rates {
		end := time.Duration(i+1) * each
		for at := time.Duration(i)*each + seconds(rng.ExpFloat64()/rate); at < end; at += seconds(rng.ExpFloat64() / rate) {
			list = append(list, at)
		}
	}
	return list
}

func newLog(records []record.Record) *record.Log {
	return &record.Log{
		Header: record.Header{
			Suite: "test", SuiteHash: "0123456789abcdef", Start: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC),
			Targets: []record.TargetInfo{{Name: "a", URL: "http://127.0.0.1/", Protocol: "http"}},
			Gate:    record.Gate{Percentile: 99, Max: 10 * time.Millisecond},
		},
		Records: records,
		End:     &record.End{Complete: true, Records: int64(len(records))},
	}
}

// fixedServer has places for c requests at a time, taken in order of arrival.
type fixedServer struct {
	places int
	time   func() float64
	// perInput is what an input token adds, of which a request has input().
	perInput float64
	input    func() int64
	jitter   func() time.Duration // of the way back
}

func (f fixedServer) serve(due []time.Duration) []record.Record {
	free := make([]time.Duration, f.places)
	var records []record.Record
	for i, at := range due {
		slices.Sort(free)
		r := record.Record{Sequence: int64(i), Status: 200, Scheduled: at, Sent: at, Connected: at, FirstToken: record.Unseen, TokensIn: f.input()}
		done := max(at, free[0]) + seconds(f.time()+f.perInput*float64(r.TokensIn))
		free[0] = done
		r.LastByte = done + f.jitter()
		r.FirstByte = r.LastByte
		records = append(records, r)
	}
	return records
}

// batchServer runs iterations one by one, as continuous batching is defined: each lasts alpha + beta x sequences + gamma x
// prompt tokens admitted, in seconds.
type batchServer struct {
	alpha, beta, gamma, overhead float64
	// bend is added to an iteration by its sequences; nil is nothing.
	bend   func(sequences int) float64
	most   int
	sizes  func() (input, output int64)
	jitter func() time.Duration
	// hides says that the next token comes without a chunk; nil is never.
	hides func() bool
	// tail is from the last token of an answer to its end; nil is none.
	tail func() time.Duration
}

type stream struct {
	*record.Record
	left int64
}

func (b batchServer) iteration(sequences int) float64 {
	time := b.alpha + b.beta*float64(sequences)
	if b.bend != nil {
		time += b.bend(sequences)
	}
	return time
}

func (b batchServer) serve(due []time.Duration) []record.Record {
	records := make([]record.Record, len(due))
	for i, at := range due {
		in, out := b.sizes()
		records[i] = record.Record{
			Sequence: int64(i), Status: 200, Scheduled: at, Sent: at, Connected: at, TokensIn: in, TokensOut: out, FirstTokens: 1,
		}
	}
	var running []stream
	now, next := time.Duration(0), 0
	for next < len(records) || len(running) > 0 {
		if len(running) == 0 {
			now = max(now, records[next].Sent)
		}
		prompts := 0.0
		for next < len(records) && records[next].Sent <= now && len(running) < b.most {
			prompts += float64(records[next].TokensIn)
			running = append(running, stream{&records[next], records[next].TokensOut})
			next++
		}
		now += seconds(b.iteration(len(running)) + b.gamma*prompts)
		for i := range running {
			s := &running[i]
			at := max(now+seconds(b.overhead)+b.jitter(), s.LastByte)
			s.left--
			s.LastByte = at
			if s.left == 0 && b.tail != nil {
				s.LastByte += b.tail()
			}
			if b.hides != nil && b.hides() && (s.left > 0 || s.ChunkCount > 0) {
				continue
			}
			s.Chunks = append(s.Chunks, at)
			s.ChunkCount++
			s.FirstToken, s.FirstByte = s.Chunks[0], s.Chunks[0]
		}
		running = slices.DeleteFunc(running, func(s stream) bool { return s.left == 0 })
	}
	return records
}

// near fails unless got is within a share of want.
func near(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got, want, share float64,
) {
	t.Helper()
	if math.Abs(got-want) > share*math.Abs(want) {
		t.Errorf("%s is %.5g, expected %.5g within %.3g %% (off by %.2f %%)", what, got, want, share*100, (got/want-1)*100)
	}
}

// onCPU are the options of most tests.
var onCPU = Options{Hardware: Hardware{CPU: "x86", VCPU: 1}, Model: Auto, Seed: 1}
