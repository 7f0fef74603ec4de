package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// one is a case of the comparison; run adds what a tool came to.
type one struct {
	name string
	run  func(ctx context.Context, t tool, to *table) error
}

// slowRate is that of the cases whose server takes its time, in requests a second.
const slowRate = 200

func cases(each time.Duration) []one {
	var all []one
	for _, rate := range []int{1000, 10000, 20000} {
		name := fmt.Sprintf("%dk/s", rate/1000)
		all = append(all, one{name, func(ctx context.Context, t tool, to *table) error { return fast(ctx, t, rate, each, name, to) }})
	}
	return append(all,
		one{"a server of 40 ms", func(ctx context.Context, t tool, to *table) error { return steady(ctx, t, each, to) }},
		one{"a server that freezes", frozen})
}

// fast asks a server that answers at once.
func fast(ctx context.Context, t tool, rate int, each time.Duration, name string, to *table) (err error) {
	r, err := startResponder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	m, used, err := t.run(ctx, r.url(), rate, each)
	if err != nil {
		return err
	}
	arrivals := r.take()
	if len(arrivals) <= t.warmup+1 {
		return fmt.Errorf("only %d requests arrived", len(arrivals))
	}
	arrivals = arrivals[t.warmup:]
	late := lateness(arrivals, rate)
	to.add("lateness p50 at "+name+" (ms)", t, quantile(late, 0.50))
	to.add("lateness p99 at "+name+" (ms)", t, quantile(late, 0.99))
	if m.own != nil {
		to.add("lateness p50 at "+name+", as reported (ms)", t, m.own[0])
		to.add("lateness p99 at "+name+", as reported (ms)", t, m.own[1])
	}
	span := max(each, arrivals[len(arrivals)-1]-arrivals[0])
	to.add("requests/s reached at "+name, t, float64(len(arrivals))/span.Seconds())
	to.add("CPU per request at "+name+" (us)", t, used.cpu.Seconds()*1e6/float64(len(arrivals)))
	to.add("peak RSS at "+name+" (MB)", t, used.rss)
	return nil
}

// lateness is how late requests arrived that were due at a constant rate, in milliseconds, counted from the least late.
func lateness(arrivals []time.Duration, rate int) []float64 {
	late := make([]float64, len(arrivals))
	for i, at := range arrivals {
		late[i] = (at.Seconds() - float64(i)/float64(rate)) * 1e3
	}
	least := late[0]
	for _, x := range late {
		least = min(least, x)
	}
	for i := range late {
		late[i] -= least
	}
	return late
}

// steady asks a server that takes 40 ms.
func steady(ctx context.Context, t tool, each time.Duration, to *table) (err error) {
	s, err := startSlow(func(time.Duration) time.Duration { return 40 * time.Millisecond })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	m, _, err := t.run(ctx, s.url(), slowRate, each)
	if err != nil {
		return err
	}
	to.add("p50 of a 40 ms server, reported minus true (ms)", t, m.p50-quantile(s.took(), 0.50))
	return nil
}

// Of the freeze test: the server is frozen from 2 s to 3 s of 5 s. A request that is due then waits until it thaws, from 1 s down
// to nothing, so that a tenth of all wait longer than 500 ms, and a hundredth longer than 950 ms.
const (
	freezeSpan = 5 * time.Second
	freezeFrom = 2 * time.Second
	freezeTo   = 3 * time.Second
	trueP90    = 500.0
	trueP99    = 950.0
)

func frozen(ctx context.Context, t tool, to *table) (err error) {
	s, err := startSlow(func(at time.Duration) time.Duration {
		if at < freezeFrom {
			return 0
		}
		return max(0, freezeTo-at)
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	m, _, err := t.run(ctx, s.url(), slowRate, freezeSpan)
	if err != nil {
		return err
	}
	to.add("freeze test: p90, off the true 500 ms (%)", t, (m.p90/trueP90-1)*100)
	to.add("freeze test: p99, off the true 950 ms (%)", t, (m.p99/trueP99-1)*100)
	return nil
}
