package route

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/policy/policytest"
)

// capped is a dispatcher over a base with one slot and serverless at 1 USD a second, where a
// request is expected to take 2 s, under a cap of 9 USD a day.
func capped(t interface{ Fatal(...any) }) *Dispatcher {
	overflow := policytest.Must[*BaseOverflow](t)(NewBaseOverflow(OverflowRule{
		Saturation: Saturation{Signal: InFlightShare, Enter: 1, Leave: 0.9},
		Cap:        policytest.Must[*SpendCap](t)(NewSpendCap(midnight, 9, Daily)),
	}))
	priced := policytest.Must[Estimator](t)(NewEstimator(1, 2*time.Second))
	d := policytest.Must[*Dispatcher](t)(NewDispatcher(overflow, []Estimator{{}, priced}))
	*d.View(0) = View{InFlight: 1, Slots: 1}
	return d
}

// TestDispatcher: the cap is reached by what is expected of five requests, and not any more when they took less.
func TestDispatcher(t *testing.T) {
	d := capped(t)
	send := func(want int) {
		t.Helper()
		if got := d.Send(0, Request{}); got != want {
			t.Errorf("home %d, want %d", got, want)
		}
	}
	for range 5 {
		send(1)
	}
	send(0)
	for range 5 {
		d.Home(1).Served(time.Second)
	}
	send(1)
	if got := d.View(1).Spend; got != 5 {
		t.Errorf("the router saw %g USD spent, want 5", got)
	}
}

// TestDispatcherAllocatesNothing, whatever the router.
func TestDispatcherAllocatesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		homes := make([]Estimator, rapid.IntRange(1, 5).Draw(t, "homes"))
		d := policytest.Must[*Dispatcher](t)(NewDispatcher(anyRouter(t, len(homes)), homes))
		s := NewShared(d)
		now := time.Duration(0)
		if n := testing.AllocsPerRun(10, func() {
			now += time.Second
			if home := s.Send(now, Request{Model: "m", Key: 7, Input: 100}); home >= 0 {
				s.Served(home, time.Second)
			}
		}); n != 0 {
			t.Fatalf("%g allocations", n)
		}
	})
}

// TestShared: goroutines that send and finish at once leave nothing in flight, and all is charged.
func TestShared(t *testing.T) {
	s := NewShared(capped(t))
	s.Observe(0, View{Slots: 4})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 500 {
				home := s.Send(time.Duration(i)*time.Second, Request{})
				switch i % 3 {
				case 0:
					s.Served(home, time.Millisecond)
				case 1:
					s.Dropped(home)
				default:
					s.Lost(home)
				}
			}
		})
	}
	wg.Wait()
	for i := range 2 {
		if n := s.dispatch.Home(i).InFlight(); n != 0 {
			t.Errorf("%d in flight at home %d", n, i)
		}
	}
}

// TestSharedCounts: the requests in flight are those that were sent, or as many as the home reports.
func TestSharedCounts(t *testing.T) {
	s := NewShared(capped(t))
	for _, step := range []struct{ slots, reported, want int }{
		{2, 0, 0}, // none in flight
		{2, 2, 1}, // others send to the base as well
		{2, 0, 0}, // 1
		{2, 0, 1}, // 2
		{3, 0, 0},
	} {
		s.Observe(0, View{Slots: step.slots, InFlight: step.reported})
		if got := s.Send(0, Request{}); got != step.want {
			t.Fatalf("%+v: home %d", step, got)
		}
	}
}

func TestDispatcherErrors(t *testing.T) {
	_, router := NewDispatcher(nil, make([]Estimator, 1))
	_, homes := NewDispatcher(&Burst{}, nil)
	policytest.CheckErrors(t, map[string]error{
		"dispatcher without a router: expected one":       router,
		"dispatcher without homes: expected at least one": homes,
	})
}

// BenchmarkShared is a request's two calls, Send and Served, by as many goroutines as there are processors.
func BenchmarkShared(b *testing.B) {
	s := NewShared(capped(b))
	s.Observe(0, View{Slots: 1000})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if home := s.Send(time.Second, Request{}); home >= 0 {
				s.Served(home, time.Second)
			}
		}
	})
}
