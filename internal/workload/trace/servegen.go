package trace

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// serveGenWindow is how long a window lasts in the ServeGen data; it is used
// when a file has too few windows to tell.
const serveGenWindow = 600

// rateWindow is one client's arrivals in one window: a renewal process.
type rateWindow struct {
	start   uint32  // s
	rate    float32 // requests a second
	shape   float32 // of the gaps
	weibull bool    // else gamma
}

// gaps returns the distribution of the time between requests, with the shape of
// the fit and the mean of the rate: the two do not quite agree in the data.
func (w rateWindow) gaps() random.Dist {
	mean, shape := 1/float64(w.rate), float64(w.shape)
	if w.weibull {
		return random.NewWeibull(shape, mean/math.Gamma(1+1/shape))
	}
	return random.NewGamma(shape, mean/shape)
}

// client is one sender of requests.
type client struct {
	name    string
	stream  uint64 // the index of its random streams
	windows []rateWindow
	tokens  []tokenWindow // nil without a tokens file
}

// serveGen is per-client rates (Y. Xiang et al., ServeGen, 2025). The windows
// are held in memory (16 bytes each), because the file is sorted by client and
// requests are wanted by time.
type serveGen struct {
	file    rows.File
	seed    uint64
	info    workload.Info
	clients []*client
	start   int64 // s, of the first window
	length  int64 // s, of a window
	periods int64
	cv      float64 // of gaps, mean over clients weighted by rate
}

// readServeGen reads the rates and the tokens.
func readServeGen(s source) (workload.Workload, error) {
	t := s.trace
	table, err := rows.OpenTable(s.file)
	if err != nil {
		return nil, err
	}
	g := &serveGen{file: s.file, seed: s.seed}
	if err := g.readRows(table); err != nil {
		return nil, err
	}
	if err := table.Tally.Check(t.MaxBadRows); err != nil {
		return nil, s.file.Fail(err)
	}
	if err := g.arrange(); err != nil {
		return nil, s.file.Fail(err)
	}
	g.info = workload.Info{
		Name: s.file.Name, Format: formatServeGen, Span: time.Duration(g.periods*g.length) * time.Second,
		Rows: table.Tally.Rows, BadRows: table.Tally.Bad, Resolution: time.Duration(g.length) * time.Second, HasTokens: t.Tokens != "",
		Notes: append(table.Tally.Notes(), fmt.Sprintf("rates of %d clients per %s: arrivals are drawn, for each client and window from a "+
			"stationary renewal process with the fitted shape and the recorded rate", len(g.clients), unit.Duration(time.Duration(g.length)*time.Second))),
	}
	expected := g.noteGaps()
	if t.Tokens != "" {
		if err := g.readTokens(rows.File{Open: s.file.Open, Name: t.Tokens}, t); err != nil {
			return nil, err
		}
	}
	has := sizes.Fields{Input: t.Tokens != "", Output: t.Tokens != ""}
	return s.settle(g, &g.info, has, int64(expected))
}

func (g *serveGen) readRows(table *rows.Table) error {
	at, err := table.Expect("servegen rates", "client", "window_start_s", "rate_rps", "cv", "dist", "p1")
	if err != nil {
		return err
	}
	byName := map[string]*client{}
	var weight float64
	for fields, err := range table.Rest() {
		if err != nil {
			return err
		}
		w, cv, d := readRateWindow(at, fields)
		if d != nil {
			table.Reject(d)
			continue
		}
		c := byName[string(fields[at[0]])]
		if c == nil {
			c = &client{name: string(fields[at[0]]), stream: hashOf(fields[at[0] : at[0]+1])}
			byName[c.name] = c
			g.clients = append(g.clients, c)
		}
		if w.rate > 0 {
			c.windows = append(c.windows, w)
			g.cv += cv * float64(w.rate)
			weight += float64(w.rate)
		}
	}
	g.cv /= math.Max(weight, math.SmallestNonzeroFloat64)
	return nil
}

func readRateWindow(at []int, fields [][]byte) (rateWindow, float64, *rows.Defect) {
	start, ok := rows.ParseScaled(fields[at[1]], 1000, math.MaxUint32*1000)
	if !ok || start%1000 != 0 {
		return rateWindow{}, 0, rows.NewDefect("window_start_s", "whole seconds of at least 0", fields[at[1]])
	}
	rate, ok := rows.ParseWithin(fields[at[2]], 0, 1e6)
	if !ok || rate > 0 && rate < 1e-9 {
		return rateWindow{}, 0, rows.NewDefect("rate_rps", "requests per second, from 1e-9 to 1e6 or 0", fields[at[2]])
	}
	cv, ok := rows.ParseWithin(fields[at[3]], 0, 1e6)
	if !ok {
		return rateWindow{}, 0, rows.NewDefect("cv", "a coefficient of variation from 0 to 1e6", fields[at[3]])
	}
	w := rateWindow{start: uint32(start / 1000), rate: float32(rate)}
	low := 1e-3
	switch string(fields[at[4]]) {
	case "Gamma":
	case "Weibull":
		w.weibull = true
		low = 0.05
	default:
		return rateWindow{}, 0, rows.NewDefect("dist", "Gamma or Weibull", fields[at[4]])
	}
	shape, ok := rows.ParseWithin(fields[at[5]], low, 1e6)
	if !ok {
		return rateWindow{}, 0, rows.NewDefect("p1", fmt.Sprintf("a shape from %g to 1e6", low), fields[at[5]])
	}
	w.shape = float32(shape)
	return w, cv, nil
}

// arrange sorts the windows and finds how long they are and what they cover.
func (g *serveGen) arrange() error {
	first, last, windows := int64(math.MaxInt64), int64(0), 0
	for _, c := range g.clients {
		sort.SliceStable(c.windows, func(i, j int) bool { return c.windows[i].start < c.windows[j].start })
		for i, w := range c.windows {
			first, last = min(first, int64(w.start)), max(last, int64(w.start))
			windows++
			if i == 0 {
				continue
			}
			step := int64(w.start) - int64(c.windows[i-1].start)
			if step == 0 {
				return fmt.Errorf("client %s has two rows for the window at %d s", c.name, w.start)
			}
			if g.length == 0 || step < g.length {
				g.length = step
			}
		}
	}
	if windows == 0 {
		return errors.New("every rate is 0: there is no request in this trace")
	}
	if g.length == 0 {
		g.length = serveGenWindow
	}
	if time.Duration(last-first) > maxTraceSpan/time.Second {
		return fmt.Errorf("the windows cover %d years: a window_start_s is wrong", (last-first)/86400/365)
	}
	g.start = first
	g.periods = (last-first)/g.length + 1
	if (last-first)%g.length != 0 {
		g.periods++
	}
	return nil
}

// noteGaps reports windows without any client, and returns the expected number of requests.
func (g *serveGen) noteGaps() float64 {
	var expected float64
	busy := int64(0)
	_ = g.Counts(context.Background(), func(_ int64, count float64) { expected += count; busy++ })
	if idle := g.periods - busy; idle > 0 {
		g.info.Notes = append(g.info.Notes, fmt.Sprintf("%d of %d windows have no rate for any client: possible gaps of the collection, read as no traffic", idle, g.periods))
	}
	return expected
}

// Info describes the workload.
func (g *serveGen) Info() workload.Info { return g.info }

// Grid says how the counts lie in time.
func (g *serveGen) Grid() workload.Grid {
	return workload.Grid{Period: time.Duration(g.length) * time.Second, Periods: g.periods, ClientCV: g.cv}
}

// Counts yields the expected requests of the windows that are not empty, in order.
func (g *serveGen) Counts(ctx context.Context, yield func(index int64, count float64)) error {
	sums := map[int64]float64{}
	for _, c := range g.clients {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, w := range c.windows {
			sums[(int64(w.start)-g.start)/g.length] += float64(w.rate) * float64(g.length)
		}
	}
	indices := make([]int64, 0, len(sums))
	for i := range sums {
		indices = append(indices, i)
	}
	slices.Sort(indices)
	for _, i := range indices {
		yield(i, sums[i])
	}
	return nil
}
