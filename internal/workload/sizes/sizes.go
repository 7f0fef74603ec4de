package sizes

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/distribution"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
)

// Sampler knows what requests ask for. It is immutable: each reading of a
// workload takes its own draws from it. A nil one gives no sizes.
type Sampler struct {
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

// New reads the distributions, and the file if there is one. It returns nil
// without an error when s gives no sizes. Errors name the field.
func New(open rows.Opener, s v1alpha1.Sizes) (*Sampler, error) {
	if s.Input == nil && s.Output == nil && s.Work == nil && s.File == "" {
		return nil, nil
	}
	var (
		z   Sampler
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
	case z.rows.has.Input && z.input != nil, z.rows.has.Output && z.output != nil, z.rows.has.Work && z.work != nil:
		return nil, fmt.Errorf("sizes.file %s has a column that sizes gives a distribution for too: leave one of them out", s.File)
	}
	return &z, nil
}

func tokenDist(c *v1alpha1.CountDistribution) (random.Dist, error) {
	if c == nil {
		return nil, nil
	}
	d, err := distribution.Count(*c)
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
	d, err := distribution.Duration(*c)
	if err != nil {
		return nil, err
	}
	if d.Mean() > workload.MaxWork.Seconds() {
		return nil, errors.New("expected a service time of at most 30d")
	}
	return d, nil
}

// HasTokens says whether requests are given input or output tokens.
func (z *Sampler) HasTokens() bool {
	return z != nil && (z.input != nil || z.output != nil || z.rows != nil && (z.rows.has.Input || z.rows.has.Output))
}

// HasWork says whether requests are given a service time.
func (z *Sampler) HasWork() bool {
	return z != nil && (z.work != nil || z.rows != nil && z.rows.has.Work)
}

// Give gives the requests of w sizes, in place of those that z knows. A nil z returns w.
func (z *Sampler) Give(w workload.Workload, seed uint64) workload.Workload {
	if z == nil {
		return w
	}
	return workload.WithSizes(w, z, seed)
}

// Start returns the draws of one reading.
func (z *Sampler) Start(seed uint64) func([]workload.Request) {
	d := &sizeDraw{
		Sampler:   z,
		inputRNG:  random.New(seed, random.Sizes, inputSizes),
		outputRNG: random.New(seed, random.Sizes, outputSizes),
		workRNG:   random.New(seed, random.Sizes, workSizes),
		rowRNG:    random.New(seed, random.Sizes, rowSizes),
	}
	return d.fill
}

// Without leaves out the sizes that requests already have, and says which of
// its own are not used therefore. It returns nil when nothing is left.
func (z *Sampler) Without(has Fields) (left *Sampler, unused []string) {
	if z == nil {
		return nil, nil
	}
	var rest Sampler
	rows := Fields{}
	if z.rows != nil {
		rows = z.rows.has
	}
	keep := func(name string, has bool, own random.Dist, inRows *bool) random.Dist {
		if !has {
			return own
		}
		if own != nil || *inRows {
			unused = append(unused, name)
		}
		*inRows = false
		return nil
	}
	rest.input = keep("input", has.Input, z.input, &rows.Input)
	rest.output = keep("output", has.Output, z.output, &rows.Output)
	rest.work = keep("work", has.Work, z.work, &rows.Work)
	if z.rows != nil {
		rest.rows = &sizeTable{has: rows, rows: z.rows.rows}
	}
	if !rest.HasTokens() && !rest.HasWork() {
		return nil, unused
	}
	return &rest, unused
}

// sizeDraw gives one request after the other its size.
type sizeDraw struct {
	*Sampler
	inputRNG, outputRNG, workRNG, rowRNG *rand.Rand
}

// fill sets the sizes of requests that are next in order.
func (d *sizeDraw) fill(requests []workload.Request) {
	if d.input != nil {
		for i := range requests {
			requests[i].Input = Tokens(d.input.Sample(d.inputRNG))
		}
	}
	if d.output != nil {
		for i := range requests {
			requests[i].Output = Tokens(d.output.Sample(d.outputRNG))
		}
	}
	if d.work != nil {
		for i := range requests {
			requests[i].Work = Work(d.work.Sample(d.workRNG))
		}
	}
	if d.rows != nil {
		for i := range requests {
			d.rows.fill(d.rowRNG, &requests[i])
		}
	}
}

// Tokens rounds a draw to a number of tokens: at least 1, because a request
// without a prompt or without an answer is none.
func Tokens(f float64) int32 {
	switch {
	case !(f > 1): // also NaN
		return 1
	case f >= math.MaxInt32:
		return math.MaxInt32
	}
	return int32(math.Round(f))
}

// Work converts drawn seconds to a service time, at most MaxWork.
func Work(seconds float64) time.Duration {
	switch {
	case !(seconds > 0): // also NaN
		return 0
	case seconds >= workload.MaxWork.Seconds():
		return workload.MaxWork
	}
	return time.Duration(seconds * float64(time.Second))
}
