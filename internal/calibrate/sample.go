package calibrate

import (
	"cmp"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

// sample is the answered requests of one target, in order of sending.
type sample struct {
	all []*record.Record
	// measured are the right ones after the warm-up that met no cold start: what is fitted. The others were in their way.
	measured []*record.Record
}

func newSample(log *record.Log, target int) *sample {
	s := &sample{}
	for i := range log.Records {
		r := &log.Records[i]
		if _, answered := r.Service(); r.Target == target && isServed(r) && answered {
			s.all = append(s.all, r)
		}
	}
	slices.SortStableFunc(s.all, func(a, b *record.Record) int { return cmp.Compare(a.Sent, b.Sent) })
	for _, r := range s.all {
		if r.Scheduled >= log.Header.Warmup && !r.Cold && r.Kind == record.OK {
			s.measured = append(s.measured, r)
		}
	}
	return s
}

// isServed reports whether a request took the server as long as a right answer does.
func isServed(r *record.Record) bool { return r.Kind == record.OK || r.Kind == record.WrongAnswer }

// isStreamed reports whether most answers came in several chunks.
func (s *sample) isStreamed() bool {
	n := 0
	for _, r := range s.measured {
		if len(r.Chunks) > 1 {
			n++
		}
	}
	return 2*n > len(s.measured)
}

// notes returns the doubts about the run as a whole.
func (s *sample) notes(log *record.Log) []string {
	var list []string
	if log.End == nil || !log.End.Complete {
		list = append(list, "the run did not end by itself: what was sent until then was used")
	}
	if log.Dropped > 0 {
		list = append(list, "the end of the log could not be read: "+log.Damage)
	}
	if len(s.measured) < len(s.all)/2 {
		list = append(list, "more than half of the answers came in the warm-up or met a cold start, and were left out")
	}
	return list
}

const (
	// rateWindow is the window of the maximum rate.
	rateWindow = 10 * time.Second
	// leastWindow keeps a burst, which has hardly a span, from being told as a rate of thousands.
	leastWindow = time.Second
)

func (s *sample) rangeOf() *v1alpha1.MeasuredRange {
	m := &v1alpha1.MeasuredRange{Requests: int64(len(s.measured)), InFlight: s.mostInside(), Rate: s.greatestRate()}
	m.Input = tokenRange(s.measured, func(r *record.Record) int64 { return r.TokensIn })
	m.Output = tokenRange(s.measured, func(r *record.Record) int64 { return r.TokensOut })
	return m
}

// greatestRate is the rate of the busiest window, in requests per second. A load that is shorter than a window is one by itself: over
// more time than there was it would come out too low.
func (s *sample) greatestRate() float64 {
	span := s.measured[len(s.measured)-1].Sent - s.measured[0].Sent
	window := max(leastWindow, min(rateWindow, span))
	first, most := 0, 0
	for i, r := range s.measured {
		for s.measured[first].Sent <= r.Sent-window { // what is sent a window apart is in two of them
			first++
		}
		most = max(most, i-first+1)
	}
	return float64(most) / window.Seconds()
}

func tokenRange(records []*record.Record, of func(*record.Record) int64) *v1alpha1.TokenRange {
	t := &v1alpha1.TokenRange{Least: of(records[0])}
	for _, r := range records {
		t.Least, t.Greatest = min(t.Least, of(r)), max(t.Greatest, of(r))
	}
	if t.Greatest == 0 {
		return nil
	}
	return t
}

// mostInside is the maximum number of requests between sending and the last byte.
func (s *sample) mostInside() int {
	most := 0
	for _, n := range s.inside() {
		most = max(most, n+1)
	}
	return most
}

// inside is, for each of all, how many others were inside when it was sent.
func (s *sample) inside() []int {
	counts := make([]int, len(s.all))
	var ends []time.Duration // of those inside, rising
	for i, r := range s.all {
		gone, _ := slices.BinarySearch(ends, r.Sent+1)
		ends = ends[gone:]
		counts[i] = len(ends)
		at, _ := slices.BinarySearch(ends, r.LastByte)
		ends = slices.Insert(ends, at, r.LastByte)
	}
	return counts
}
