package workload

import (
	"io"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
)

// Open starts from the first request.
func (g *serveGen) Open() (Stream, error) {
	return g.openClients(func(d *clientDraws) { d.draw(g, g.seed) }), nil
}

// openWindows draws the windows of clients that the given ones touch. Each has
// a seed of its own, so that it is drawn alike whatever else is.
func (g *serveGen) openWindows(windows []Window) (Stream, error) {
	s := g.openClients(func(d *clientDraws) { d.apart, d.left = true, windows })
	return within(s, windows), nil
}

func (g *serveGen) openClients(begin func(*clientDraws)) Stream {
	s := &serveGenStream{trace: g, clients: make([]clientDraws, len(g.clients))}
	for i, c := range g.clients {
		d := &s.clients[i]
		d.client = c
		begin(d)
		if d.advance(g) {
			s.calendar.push(entry{at: d.at, source: int32(i)})
		}
	}
	return s
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
	start           time.Duration // of the window
	elapsed         float64       // s since then
	at              time.Duration
	tokens          int  // the token window in force
	apart           bool // draw each window by itself, and only those that left touches
	left            remaining
}

// draw takes the random numbers of the client from a seed.
func (d *clientDraws) draw(g *serveGen, seed uint64) {
	d.arrivals = random.New(seed, random.Arrivals, d.client.stream)
	d.sizes = random.New(seed, random.Sizes, d.client.stream)
}

// begin goes to the next window to draw, and tells whether there is one.
func (d *clientDraws) begin(g *serveGen) bool {
	for d.next < len(d.client.windows) {
		d.next++
		w := d.client.windows[d.next-1]
		d.start = time.Duration(int64(w.start)-g.start) * time.Second
		if !d.apart {
			return true
		}
		if d.left.touch(d.start, d.start+time.Duration(g.length)*time.Second) {
			d.draw(g, random.Derive(g.seed, uint64(w.start)))
			return true
		}
	}
	return false
}

// advance draws the next request. Each window is a stationary renewal process of
// its own: its first gap is drawn from the residual time, so that the expected
// number of requests is rate times length whatever the shape.
func (d *clientDraws) advance(g *serveGen) bool {
	for {
		if d.gaps == nil {
			if !d.begin(g) {
				return false
			}
			d.gaps = d.client.windows[d.next-1].gaps()
			residual, err := random.Residual(d.gaps)
			if err != nil {
				return false // not for gamma and Weibull
			}
			d.elapsed = residual.Sample(d.arrivals)
		} else {
			d.elapsed += d.gaps.Sample(d.arrivals)
		}
		if d.elapsed < float64(g.length) {
			d.at = d.start + min(seconds(d.elapsed), time.Duration(g.length)*time.Second-1)
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
