package workload

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	dist "fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/random"
)

// maxDrawnWork bounds a drawn service time, so that a far tail cannot overflow
// what is summed later. No offer runs one request for as long.
const maxDrawnWork = 30 * 24 * time.Hour

// sizer knows what requests ask for. It is immutable: each reading of a
// workload takes its own sizeDraw from it.
type sizer struct {
	// input and output are in tokens, work in seconds; nil leaves the request's own value.
	input, output, work random.Dist
	rows                *sizeTable
}

// The indices of the Sizes streams: one each, so that giving requests a work
// leaves their tokens as they were.
const (
	inputSizes = iota
	outputSizes
	workSizes
	rowSizes
)

// newSizer reads the distributions, and the file if there is one. It returns
// nil without an error when s gives no sizes.
func newSizer(open Opener, s v1alpha1.Sizes) (*sizer, error) {
	if s.Input == nil && s.Output == nil && s.Work == nil && s.File == "" {
		return nil, nil
	}
	var (
		z   sizer
		err error
	)
	if z.input, err = tokenDist(s.Input); err != nil {
		return nil, fmt.Errorf("sizes.input: %w", err)
	}
	if z.output, err = tokenDist(s.Output); err != nil {
		return nil, fmt.Errorf("sizes.output: %w", err)
	}
	if z.work, err = workDist(s.Work); err != nil {
		return nil, fmt.Errorf("sizes.work: %w", err)
	}
	if s.File == "" {
		return &z, nil
	}
	if z.rows, err = openSizeTable(open, s.File); err != nil {
		return nil, err
	}
	switch {
	case z.rows.has.input && z.input != nil, z.rows.has.output && z.output != nil, z.rows.has.work && z.work != nil:
		return nil, fmt.Errorf("sizes.file %s has a column that sizes gives a distribution for too: leave one of them out", s.File)
	}
	return &z, nil
}

func tokenDist(c *v1alpha1.CountDistribution) (random.Dist, error) {
	if c == nil {
		return nil, nil
	}
	d, err := dist.Count(*c)
	if err != nil {
		return nil, err
	}
	if d.Mean() > math.MaxInt32 {
		return nil, fmt.Errorf("expected at most %d tokens, got a mean of %g", math.MaxInt32, d.Mean())
	}
	return d, nil
}

func workDist(c *v1alpha1.DurationDistribution) (random.Dist, error) {
	if c == nil {
		return nil, nil
	}
	d, err := dist.Duration(*c)
	if err != nil {
		return nil, err
	}
	if d.Mean() > maxDrawnWork.Seconds() {
		return nil, errors.New("expected a service time of at most 30d")
	}
	return d, nil
}

// hasTokens and hasWork say what the sizer gives requests.
func (z *sizer) hasTokens() bool {
	return z != nil && (z.input != nil || z.output != nil || z.rows != nil && (z.rows.has.input || z.rows.has.output))
}

func (z *sizer) hasWork() bool {
	return z != nil && (z.work != nil || z.rows != nil && z.rows.has.work)
}

// start returns the draws of one reading. A nil sizer gives a nil sizeDraw.
func (z *sizer) start(seed uint64) *sizeDraw {
	if z == nil {
		return nil
	}
	return &sizeDraw{
		sizer:     z,
		inputRNG:  random.New(seed, random.Sizes, inputSizes),
		outputRNG: random.New(seed, random.Sizes, outputSizes),
		workRNG:   random.New(seed, random.Sizes, workSizes),
		rowRNG:    random.New(seed, random.Sizes, rowSizes),
	}
}

// sizeDraw gives one request after the other its size.
type sizeDraw struct {
	*sizer
	inputRNG, outputRNG, workRNG, rowRNG *rand.Rand
}

// fill sets the sizes of requests that are next in order.
func (d *sizeDraw) fill(requests []Request) {
	if d.input != nil {
		for i := range requests {
			requests[i].Input = tokens(d.input.Sample(d.inputRNG))
		}
	}
	if d.output != nil {
		for i := range requests {
			requests[i].Output = tokens(d.output.Sample(d.outputRNG))
		}
	}
	if d.work != nil {
		for i := range requests {
			requests[i].Work = workTime(d.work.Sample(d.workRNG))
		}
	}
	if d.rows != nil {
		for i := range requests {
			d.rows.fill(d.rowRNG, &requests[i])
		}
	}
}

// tokens rounds a draw to a number of tokens: at least 1, because a request
// without a prompt or without an answer is none.
func tokens(f float64) int32 {
	switch {
	case !(f > 1): // also NaN
		return 1
	case f >= math.MaxInt32:
		return math.MaxInt32
	}
	return int32(math.Round(f))
}

// workTime converts seconds, at most maxDrawnWork.
func workTime(seconds float64) time.Duration {
	switch {
	case !(seconds > 0): // also NaN
		return 0
	case seconds >= maxDrawnWork.Seconds():
		return maxDrawnWork
	}
	return time.Duration(seconds * float64(time.Second))
}

// sized is a workload whose requests are given sizes.
type sized struct {
	Workload
	sizes *sizer
	seed  uint64
}

// withSizes gives the requests of w sizes, in place of those that sizes knows.
// A nil sizer returns w.
func withSizes(w Workload, sizes *sizer, seed uint64) Workload {
	if sizes == nil {
		return w
	}
	return &sized{Workload: w, sizes: sizes, seed: seed}
}

// Info describes the workload.
func (s *sized) Info() Info {
	info := s.Workload.Info()
	info.HasTokens = info.HasTokens || s.sizes.hasTokens()
	info.HasWork = info.HasWork || s.sizes.hasWork()
	return info
}

// Open starts from the first request.
func (s *sized) Open() (Stream, error) {
	source, err := s.Workload.Open()
	if err != nil {
		return nil, err
	}
	return &sizedStream{sized: s, source: source, walk: windowWalk{windows: everything}}, nil
}

// openWindows draws anew for each window.
func (s *sized) openWindows(windows []Window) (Stream, error) {
	source, err := openWindows(s.Workload, windows)
	if err != nil {
		return nil, err
	}
	return &sizedStream{sized: s, source: source, walk: windowWalk{windows: windows}}, nil
}

type sizedStream struct {
	*sized
	source Stream
	walk   windowWalk
	draw   *sizeDraw // of the window under way
}

func (s *sizedStream) Read(dst []Request) (int, error) {
	n, err := s.source.Read(dst)
	begin := 0
	for i := range dst[:n] {
		if !s.walk.enters(dst[i].At) {
			continue
		}
		if i > 0 {
			s.draw.fill(dst[begin:i])
		}
		begin, s.draw = i, s.sizes.start(s.walk.seed(s.seed))
	}
	if n > 0 {
		s.draw.fill(dst[begin:n])
	}
	return n, err
}

// Close gives back what the source holds.
func (s *sizedStream) Close() error { return closeStream(s.source) }
