package trace

import (
	"io"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// Open starts from the first request.
func (g *serveGen) Open() (workload.Stream, error) {
	return g.openClients(func(d *clientDraws) { d.draw(g, g.seed) }), nil
}

// OpenWindows draws the windows without what is between them. Each part of a
// client's window is a process that is under way at its start, as the whole is.
func (g *serveGen) OpenWindows(windows []workload.Window) (workload.Stream, error) {
	return g.openClients(func(d *clientDraws) { d.apart, d.left = true, windows }), nil
}

func (g *serveGen) openClients(begin func(*clientDraws)) workload.Stream {
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
func (s *serveGenStream) Read(dst []workload.Request) (int, error) {
	for n := range dst {
		if len(s.calendar) == 0 {
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		}
		first := s.calendar[0]
		d := &s.clients[first.source]
		dst[n] = workload.Request{At: first.at}
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
	next            int             // the window to begin next
	window          rateWindow      // under way
	part            workload.Window // of it, that is drawn
	gaps            random.Dist
	elapsed         float64 // s since the start of the part
	at              time.Duration
	tokens          int                // the token window in force
	apart           bool               // draw only what is within left, each part by itself
	left            workload.Remaining // not touched yet
}

// draw takes the random numbers of the client from a seed.
func (d *clientDraws) draw(g *serveGen, seed uint64) {
	d.arrivals = random.New(seed, random.Arrivals, d.client.stream)
	d.sizes = random.New(seed, random.Sizes, d.client.stream)
}

// begin goes to the next window, or part of one, and tells whether there is one.
func (d *clientDraws) begin(g *serveGen) bool {
	for d.next < len(d.client.windows) {
		d.window = d.client.windows[d.next]
		d.next++
		start := time.Duration(int64(d.window.start)-g.start) * time.Second
		d.part = workload.Window{From: start, To: start + time.Duration(g.length)*time.Second}
		if !d.apart {
			return true
		}
		if d.left.Touch(d.part.From, d.part.To) {
			d.cut(d.left[0])
			d.draw(g, workload.WindowSeed(g.seed, d.part.From))
			return true
		}
	}
	return false
}

// cut leaves the part that is within w, and comes back to the window if there may be another.
func (d *clientDraws) cut(w workload.Window) {
	if w.To < d.part.To {
		d.left = d.left[1:]
		d.next--
	}
	d.part = workload.Window{From: max(w.From, d.part.From), To: min(w.To, d.part.To)}
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
			d.gaps = d.window.gaps()
			residual, err := random.Residual(d.gaps)
			if err != nil {
				return false // not for gamma and Weibull
			}
			d.elapsed = residual.Sample(d.arrivals)
		} else {
			d.elapsed += d.gaps.Sample(d.arrivals)
		}
		if length := d.part.To - d.part.From; d.elapsed < length.Seconds() {
			d.at = d.part.From + min(seconds(d.elapsed), length-1)
			return true
		}
		d.gaps = nil
	}
}

// size draws the tokens of the request at d.at.
func (d *clientDraws) size(q *workload.Request) {
	windows := d.client.tokens
	if len(windows) == 0 {
		return
	}
	for d.tokens+1 < len(windows) && windows[d.tokens+1].start <= d.window.start {
		d.tokens++
	}
	w := windows[d.tokens]
	q.Input = sizes.Tokens(w.input.Sample(d.sizes))
	q.Output = sizes.Tokens(w.output.Sample(d.sizes))
}
