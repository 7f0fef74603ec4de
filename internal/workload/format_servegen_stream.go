package workload

import (
	"io"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// Open starts from the first request.
func (g *serveGen) Open() (Stream, error) {
	s := &serveGenStream{trace: g, clients: make([]clientDraws, len(g.clients))}
	for i, c := range g.clients {
		d := &s.clients[i]
		d.client = c
		d.arrivals = random.New(g.seed, random.Arrivals, c.stream)
		d.sizes = random.New(g.seed, random.Sizes, c.stream)
		if d.advance(g) {
			s.calendar.push(entry{at: d.at, source: int32(i)})
		}
	}
	return s, nil
}

// serveGenStream merges the clients.
type serveGenStream struct {
	trace    *serveGen
	clients  []clientDraws
	calendar calendar
}

// Read fills dst with requests in order of arrival.
func (s *serveGenStream) Read(dst []Request) (int, error) {
	for n := range dst {
		if len(s.calendar) == 0 {
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		}
		first := s.calendar[0]
		d := &s.clients[first.source]
		dst[n] = Request{At: first.at}
		d.size(&dst[n])
		if d.advance(s.trace) {
			s.calendar.reschedule(d.at)
		} else {
			s.calendar.drop()
		}
	}
	return len(dst), nil
}

// clientDraws is where one client has got to.
type clientDraws struct {
	client          *client
	arrivals, sizes *rand.Rand
	next            int // the window after the present one
	gaps            random.Dist
	elapsed         float64 // s since the start of the window
	at              time.Duration
	tokens          int // the token window in force
}

// advance draws the next request. Each window is a stationary renewal process of
// its own: its first gap is drawn from the residual time, so that the expected
// number of requests is rate times length whatever the shape.
func (d *clientDraws) advance(g *serveGen) bool {
	for {
		if d.gaps == nil {
			if d.next == len(d.client.windows) {
				return false
			}
			d.gaps = d.client.windows[d.next].gaps()
			d.next++
			residual, err := random.Residual(d.gaps)
			if err != nil {
				return false // not for gamma and Weibull
			}
			d.elapsed = residual.Sample(d.arrivals)
		} else {
			d.elapsed += d.gaps.Sample(d.arrivals)
		}
		if d.elapsed < float64(g.length) {
			start := time.Duration(int64(d.client.windows[d.next-1].start)-g.start) * time.Second
			d.at = start + min(seconds(d.elapsed), time.Duration(g.length)*time.Second-1)
			return true
		}
		d.gaps = nil
	}
}

// size draws the tokens of the request at d.at.
func (d *clientDraws) size(q *Request) {
	windows := d.client.tokens
	if len(windows) == 0 {
		return
	}
	start := d.client.windows[d.next-1].start
	for d.tokens+1 < len(windows) && windows[d.tokens+1].start <= start {
		d.tokens++
	}
	w := windows[d.tokens]
	q.Input = tokens(w.input.Sample(d.sizes))
	q.Output = tokens(w.output.Sample(d.sizes))
}
