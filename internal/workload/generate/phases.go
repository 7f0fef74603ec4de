package generate

import (
	"errors"
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

// waveSteps is how many straight lines stand for one swing of a sine wave: they miss it by at most 0.2 % of the amplitude.
const waveSteps = 64

// maxPhaseLines bounds what waves are made of.
const maxPhaseLines = 1 << 20

// Phases makes requests up whose rate goes through phases: steps, ramps and waves. With arrivals constant the integral of
// the rate grows by exactly 1 from one request to the next, with poisson by exponential draws (the time-rescaling of
// Generate).
func Phases(open rows.Opener, phases []v1alpha1.Phase, arrivals string, ask v1alpha1.Sizes, seed uint64) (workload.Workload, error) {
	g := v1alpha1.Generator{Arrivals: arrivals}
	switch arrivals {
	case "constant":
		never := 0.0
		g.Arrivals, g.CV = "gamma", &never
	case "poisson":
	default:
		return nil, fmt.Errorf("arrivals: expected constant or poisson, got %q", arrivals)
	}
	w := &phased{seed: seed}
	var err error
	if w.gaps, err = newRenewal(g); err != nil {
		return nil, err
	}
	sampler, err := sizes.New(open, ask)
	if err != nil {
		return nil, err
	}
	for i, p := range phases {
		if err := w.add(p); err != nil {
			return nil, fmt.Errorf("phases[%d]: %w", i, err)
		}
	}
	if w.span == 0 {
		return nil, errors.New("phases: expected at least one")
	}
	return sampler.Give(w, seed), nil
}

// phased is a rate of straight lines.
type phased struct {
	seed  uint64
	span  time.Duration
	lines []line
	gaps  renewal
}

// line is a rate that goes evenly from one to another, per nanosecond.
type line struct{ begin, length, from, to float64 }

func (w *phased) add(p v1alpha1.Phase) error {
	const perNS = 1e-9
	if p.Duration <= 0 {
		return fmt.Errorf("expected a duration above 0, got %s", p.Duration)
	}
	if err := checkRate(float64(p.Rate)); err != nil {
		return err
	}
	rate, length := float64(p.Rate)*perNS, float64(p.Duration)
	begin := float64(w.span)
	w.span += p.Duration.Std()
	if w.span < 0 {
		return errors.New("expected less than 292 years in all")
	}
	if p.Amplitude == 0 {
		to := rate
		if p.To != nil {
			if err := checkRate(float64(*p.To)); err != nil {
				return err
			}
			to = float64(*p.To) * perNS
		}
		w.lines = append(w.lines, line{begin, length, rate, to})
		return nil
	}
	if p.Period <= 0 || length/float64(p.Period)*waveSteps > maxPhaseLines {
		return fmt.Errorf("expected a wave of at most %d periods", maxPhaseLines/waveSteps)
	}
	swing := float64(p.Amplitude) * perNS
	at := func(t float64) float64 { return math.Max(0, rate+swing*math.Sin(2*math.Pi*t/float64(p.Period))) }
	step := float64(p.Period) / waveSteps
	for t := 0.0; t < length; t += step {
		end := math.Min(t+step, length)
		w.lines = append(w.lines, line{begin + t, end - t, at(t), at(end)})
	}
	return nil
}

// Info describes the workload.
func (w *phased) Info() workload.Info {
	return workload.Info{Name: "phases", Format: "generator", Span: w.span}
}

// Open starts from the first request.
func (w *phased) Open() (workload.Stream, error) {
	return &phasedStream{phased: w, draw: w.gaps.start(random.New(w.seed, random.Arrivals, 0))}, nil
}

// phasedStream walks along the lines.
type phasedStream struct {
	*phased
	draw *renewalDraw
	next int     // the line
	now  float64 // ns since its beginning
}

func (s *phasedStream) Read(dst []workload.Request) (int, error) { return readArrivals(dst, s) }

// arrival returns the next one: where the integral of the rate has grown by the next gap.
func (s *phasedStream) arrival() (time.Duration, bool) {
	if s.next >= len(s.lines) {
		return 0, false
	}
	gap := s.draw.next()
	for ; s.next < len(s.lines); s.next++ {
		l := s.lines[s.next]
		left := l.integral(l.length) - l.integral(s.now)
		if gap < left {
			s.now = l.inverse(l.integral(s.now) + gap)
			return min(time.Duration(l.begin+s.now), s.span-1), true
		}
		gap -= left
		s.now = 0
	}
	return 0, false
}

// integral is how many requests come in the first t ns of the line.
func (l line) integral(t float64) float64 { return l.from*t + l.slope()*t*t/2 }

func (l line) slope() float64 { return (l.to - l.from) / l.length }

// inverse is when x requests have come. Of the quadratic's root, the form without a difference of nearly equal numbers.
func (l line) inverse(x float64) float64 {
	if x <= 0 {
		return 0
	}
	root := math.Sqrt(math.Max(0, l.from*l.from+2*l.slope()*x))
	return math.Min(l.length, 2*x/(l.from+root))
}
