package workload

// Sizes draws what requests ask for.
type Sizes interface {
	// HasTokens and HasWork say what requests are given.
	HasTokens() bool
	HasWork() bool
	// Start returns the draws of one reading under a seed: a function that sets the sizes of the requests that are next in order.
	Start(seed uint64) func([]Request)
}

// WithSizes gives the requests of w sizes, in place of those that sizes knows.
// Each window of a selection draws anew.
func WithSizes(w Workload, sizes Sizes, seed uint64) Workload {
	return &sized{source: w, sizes: sizes, seed: seed}
}

type sized struct {
	source Workload
	sizes  Sizes
	seed   uint64
}

// Info describes the workload.
func (s *sized) Info() Info {
	info := s.source.Info()
	info.HasTokens = info.HasTokens || s.sizes.HasTokens()
	info.HasWork = info.HasWork || s.sizes.HasWork()
	return info
}

// Open starts from the first request.
func (s *sized) Open() (Stream, error) {
	source, err := s.source.Open()
	if err != nil {
		return nil, err
	}
	return &sizedStream{sized: s, source: source, walk: windowWalk{windows: everything}}, nil
}

// OpenWindows draws anew for each window.
func (s *sized) OpenWindows(windows []Window) (Stream, error) {
	source, err := openWindows(s.source, windows)
	if err != nil {
		return nil, err
	}
	return &sizedStream{sized: s, source: source, walk: windowWalk{windows: windows}}, nil
}

// Rescale draws the same sizes for requests that come at another rate.
func (s *sized) Rescale(factor float64) (Workload, error) {
	scaled, err := rescaled(s.source, factor)
	if err != nil {
		return nil, err
	}
	return &sized{source: scaled, sizes: s.sizes, seed: s.seed}, nil
}

type sizedStream struct {
	*sized
	source Stream
	walk   windowWalk
	draw   func([]Request) // of the window under way
}

func (s *sizedStream) Read(dst []Request) (int, error) {
	n, err := s.source.Read(dst)
	begin := 0
	for i := range dst[:n] {
		if !s.walk.enters(dst[i].At) {
			continue
		}
		if i > 0 {
			s.draw(dst[begin:i])
		}
		begin, s.draw = i, s.sizes.Start(s.walk.seed(s.seed))
	}
	if n > 0 {
		s.draw(dst[begin:n])
	}
	return n, err
}

// Close gives back what the source holds.
func (s *sizedStream) Close() error { return closeStream(s.source) }
