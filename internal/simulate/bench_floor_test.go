package simulate

import (
	"errors"
	"io"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/workload"
)

// BenchmarkFloor16 is the traffic of BenchmarkFixedCluster16 through what no simulation of it can do without: the stream of
// arrivals, a draw and an event for each request, a ring for those that wait, and a histogram of the time in system and
// one of the wait. It has no homes, callers, meters, timeline or laws: the difference is what those cost.
func BenchmarkFloor16(b *testing.B) {
	w, err := workload.Cache(poisson(b, 12.8, 1e6), 2_000_000)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var done int64
	for b.Loop() {
		f := newFloor()
		stream, err := w.Open()
		if err != nil {
			b.Fatal(err)
		}
		buf := make([]workload.Request, batchSize)
		for {
			n, err := stream.Read(buf)
			for i := range buf[:n] {
				f.arrive(int64(buf[i].At))
			}
			done += int64(n)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "req/s")
}

// floor is 16 servers and a queue.
type floor struct {
	events        agenda
	service       sampler
	arrived       [16]int64 // of the request in each server
	free          []int32
	waiting       [1 << 16]int64 // a ring of arrivals
	head, tail    uint16
	latency, wait *stats.Histogram
}

func newFloor() *floor {
	f := &floor{
		events: newAgenda(), service: newSampler(random.Exponential(1), 1e9, random.New(1, random.ServiceTimes, 0)),
		latency: stats.NewHistogram(), wait: stats.NewHistogram(),
	}
	for i := range int32(len(f.arrived)) {
		f.free = append(f.free, i)
	}
	return f
}

func (f *floor) arrive(at int64) {
	for f.events.min() <= at {
		f.leave(f.events.min())
	}
	if n := len(f.free); n > 0 {
		i := f.free[n-1]
		f.free = f.free[:n-1]
		f.start(i, at, at)
		return
	}
	f.waiting[f.tail] = at
	f.tail++
}

func (f *floor) start(i int32, arrived, now int64) {
	f.arrived[i] = arrived
	f.wait.Record(time.Duration(now - arrived))
	f.events.push(now+f.service.next(), event{subject: i})
}

func (f *floor) leave(now int64) {
	i := f.events.pop().subject
	f.latency.Record(time.Duration(now - f.arrived[i]))
	if f.head != f.tail {
		f.start(i, f.waiting[f.head], now)
		f.head++
		return
	}
	f.free = append(f.free, i)
}
