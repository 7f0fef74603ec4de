package generate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// Traffic makes requests up as g says, the same ones for the same seed. They
// are drawn while they are read: memory does not grow with their number.
//
// Arrivals are a stationary renewal process of rate 1 (exponential gaps for
// poisson and mmpp, gamma or Weibull ones of the given cv) seen through the
// integrated rate: the k-th arrival is where the integral of the rate reaches
// the k-th point of the unit process. This time-rescaling keeps the cv of the
// gaps relative to the rate of the moment, where thinning would pull it towards
// 1, and is exact for Poisson (E. Çinlar, Introduction to Stochastic Processes,
// 1975, section 4.7; for renewal processes I. Gerhardt and B. Nelson,
// "Transforming Renewal Processes for Simulation of Nonstationary Arrival
// Processes", INFORMS Journal on Computing 21(4), 2009).
//
// The rate is g.Rate times the shapes of day, week and flash crowds. Those
// have a mean of 1 over whole days and weeks, flash crowds come on top; where
// the span makes the mean another one, Info.Notes says which.
func Traffic(open rows.Opener, g v1alpha1.Generator, seed uint64) (workload.Workload, error) {
	if g.Arrivals == "replay" {
		return nil, errors.New("arrivals: replay draws from a file and is no generator: read the file as a trace")
	}
	sampler, err := sizes.New(open, g.Sizes)
	if err != nil {
		return nil, err
	}
	if g.Span <= 0 {
		return nil, fmt.Errorf("span: expected a duration above 0, got %s", g.Span)
	}
	if g.Replay != "" {
		return nil, errors.New("replay: only arrivals: replay reads a rate series")
	}
	w := &generated{seed: seed, span: g.Span.Std(), factor: 1}
	if w.shape, err = newModulation(g); err != nil {
		return nil, err
	}
	if w.base, err = newBase(g); err != nil {
		return nil, err
	}
	if w.gaps, err = newRenewal(g); err != nil {
		return nil, err
	}
	w.mean = w.shape.meanUntil(w.span)
	return sampler.Give(w, seed), nil
}

// generated is traffic that a v1alpha1.Generator describes.
type generated struct {
	seed   uint64
	span   time.Duration
	base   baseRate
	factor float64
	shape  modulation
	mean   float64 // of shape over the span
	gaps   renewal
}

// Info describes the workload.
func (g *generated) Info() workload.Info {
	info := workload.Info{Name: "generated", Format: "generator", Span: g.span}
	nominal := g.base.mean() * g.factor
	if mean := nominal * g.mean; math.Abs(mean-nominal) > 0.005*nominal {
		info.Notes = append(info.Notes, fmt.Sprintf(
			"the mean rate over the span is %.4g/s, not %.4g/s: flash crowds come on top, and the shapes of day and week have a mean of 1 over whole days and weeks only",
			mean, nominal))
	}
	return info
}

// Rescale returns the same process at another rate: the same unit process and
// the same phases, so that the shape of its gaps stays what the user asked for.
func (g *generated) Rescale(factor float64) (workload.Workload, error) {
	scaled := *g
	scaled.factor *= factor
	if err := checkRate(scaled.factor * g.base.peak()); err != nil {
		return nil, err
	}
	return &scaled, nil
}

// Open starts from the first request.
func (g *generated) Open() (workload.Stream, error) {
	return g.OpenWindows([]workload.Window{{From: 0, To: g.span}})
}

// OpenWindows draws the requests of the windows without those between them.
// Arrivals are under way at the start of a window, as they are at any time:
// stationary gaps, in the state of mmpp and under the shape of day and week of
// that time. A window from 0 has the requests that Open gives, a later one
// others of the same kind.
func (g *generated) OpenWindows(windows []workload.Window) (workload.Stream, error) {
	rates := newRateSteps(g.base.start(g.seed), g.factor, g.shape)
	return workload.EachWindow(windows, func(w workload.Window) workload.Stream {
		begin, end := float64(w.From), float64(w.To)
		rates.move(begin, end)
		return &generatedStream{
			from: w.From, to: w.To, now: begin, step: rateStep{end: begin},
			rates: rates,
			gaps:  g.gaps.start(random.New(workload.WindowSeed(g.seed, w.From), random.Arrivals, 0)),
		}
	}), nil
}

// generatedStream walks through the steps of the rate. Times are in
// nanoseconds, rates per nanosecond, both as float64: exact to the nanosecond
// for 104 days (2^53 ns) and to two of them for twice as long.
type generatedStream struct {
	from, to time.Duration
	rates    *rateSteps
	gaps     *renewalDraw

	now  float64 // the last arrival
	step rateStep
	done bool
}

func (s *generatedStream) Read(dst []workload.Request) (int, error) { return readArrivals(dst, s) }

// readArrivals fills dst with the next arrivals of a stream.
func readArrivals(dst []workload.Request, from interface{ arrival() (time.Duration, bool) }) (int, error) {
	if len(dst) == 0 {
		return 0, io.ErrShortBuffer
	}
	n := 0
	for n < len(dst) {
		at, ok := from.arrival()
		if !ok {
			break
		}
		dst[n] = workload.Request{At: at}
		n++
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// arrival returns the next one, and none after the last.
func (s *generatedStream) arrival() (at time.Duration, ok bool) {
	if s.done {
		return 0, false
	}
	at, ok = s.next()
	s.done = !ok
	return at, ok
}

// next returns the next arrival: the moment when the integral of the rate has
// grown by the next gap of the unit process.
func (s *generatedStream) next() (time.Duration, bool) {
	gap := s.gaps.next()
	for {
		left := (s.step.end - s.now) * s.step.rate
		if gap < left {
			s.now += gap * s.step.perRate
			at := time.Duration(s.now)
			return max(s.from, at), at < s.to // now may have rounded to before from
		}
		gap -= left
		s.now = s.step.end
		if !s.rates.next(&s.step) {
			return 0, false
		}
	}
}

// Expect goes by the steps of the rate, without drawing arrivals.
func (g *generated) Expect(ctx context.Context, add workload.Adder) error {
	rates := newRateSteps(g.base.start(g.seed), g.factor, g.shape)
	rates.move(0, float64(g.span))
	now, step := time.Duration(0), rateStep{}
	for begin, steps := 0.0, 0; rates.next(&step); begin, steps = step.end, steps+1 {
		if steps%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		end := min(time.Duration(step.end), g.span)
		add(now, end, step.rate*(step.end-begin))
		now = end
	}
	return nil
}
