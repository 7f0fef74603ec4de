package workload

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"fulcrum.dev/fulcrum/internal/random"
)

// maxScale bounds how often each request is copied.
const maxScale = 1e6

// Scale multiplies the rate of a workload; the span stays.
//
// Traffic of a generator is made again at the new rate, with the gaps, phases
// and seed that it has. Requests that only exist as a record are thinned when
// factor is below 1: each is kept with that probability, independently of the
// others. Above 1 they are superposed: each comes floor(factor) times, and once
// more with the remaining probability, displaced by up to half a minute. What is
// drawn for that is repeatable under the seed.
//
// Scaling by a and then by b has the mean rate of scaling by a x b, but not the
// same requests. Superposed copies stay near their request, so counts over
// minutes and longer have the index of dispersion of the record times the
// factor; over seconds they are smoother.
func Scale(w Workload, factor float64, seed uint64) (Workload, error) {
	switch {
	case !(factor > 0 && factor <= maxScale):
		return nil, fmt.Errorf("expected a scale above 0 and up to %g, got %g", float64(maxScale), factor)
	case factor == 1:
		return w, nil
	}
	scaled, err := rescaled(w, factor)
	if !errors.Is(err, errRecord) {
		return scaled, err
	}
	if m, ok := w.(*merged); ok {
		return m.scale(factor, seed)
	}
	if factor < 1 {
		return &thinned{source: w, share: factor, seed: seed}, nil
	}
	return &superposed{source: w, factor: factor, seed: seed}, nil
}

// errRecord is what operations return when their source is a record after all.
var errRecord = errors.New("a record cannot be made again at another rate")

func rescaled(w Workload, factor float64) (Workload, error) {
	if r, ok := w.(Rescaler); ok {
		return r.Rescale(factor)
	}
	return nil, errRecord
}

// thinned keeps a share of the requests.
type thinned struct {
	source Workload
	share  float64
	seed   uint64
}

// Info describes the workload.
func (t *thinned) Info() Info {
	info := t.source.Info()
	info.Notes = withNote(info.Notes, "scaled by %g: each request is kept with this probability", t.share)
	return info
}

// Open starts from the first request.
func (t *thinned) Open() (Stream, error) {
	source, err := t.source.Open()
	if err != nil {
		return nil, err
	}
	return t.thin(source, everything), nil
}

// OpenWindows draws anew for each window.
func (t *thinned) OpenWindows(windows []Window) (Stream, error) {
	source, err := openWindows(t.source, windows)
	if err != nil {
		return nil, err
	}
	return t.thin(source, windows), nil
}

func (t *thinned) thin(source Stream, windows []Window) Stream {
	walk := windowWalk{windows: windows}
	var rng *rand.Rand
	// Comparing 64 random bits with a threshold is a Bernoulli draw without a conversion to float.
	threshold := uint64(math.Ldexp(t.share, 64))
	return &filterStream{source: source, judge: func(q *Request) verdict {
		if walk.enters(q.At) {
			rng = random.New(walk.seed(t.seed), random.Thinning, 0)
		}
		if rng.Uint64() < threshold {
			return keepRequest
		}
		return skipRequest
	}}
}
