package workload

import "fmt"

// Prioritise gives every request of a workload a priority, from 0 up to, not including, Priorities.
func Prioritise(w Workload, priority int) (Workload, error) {
	if priority < 0 || priority >= Priorities {
		return nil, fmt.Errorf("expected a priority from 0 to %d, got %d", Priorities-1, priority)
	}
	return &prioritised{source: w, priority: uint8(priority)}, nil
}

type prioritised struct {
	source   Workload
	priority uint8
}

// Info describes the workload.
func (p *prioritised) Info() Info {
	info := p.source.Info()
	info.HasPriorities = p.priority > 0
	return info
}

// Open starts from the first request.
func (p *prioritised) Open() (Stream, error) {
	source, err := p.source.Open()
	if err != nil {
		return nil, err
	}
	return &priorityStream{source: source, priority: p.priority}, nil
}

func (p *prioritised) OpenWindows(windows []Window) (Stream, error) {
	source, err := openWindows(p.source, windows)
	if err != nil {
		return nil, err
	}
	return &priorityStream{source: source, priority: p.priority}, nil
}

func (p *prioritised) Rescale(factor float64) (Workload, error) {
	scaled, err := rescaled(p.source, factor)
	if err != nil {
		return nil, err
	}
	return &prioritised{source: scaled, priority: p.priority}, nil
}

type priorityStream struct {
	source   Stream
	priority uint8
}

func (s *priorityStream) Read(dst []Request) (int, error) {
	n, err := s.source.Read(dst)
	for i := range dst[:n] {
		dst[i].Priority = s.priority
	}
	return n, err
}

// Close gives back what the source holds.
func (s *priorityStream) Close() error { return closeStream(s.source) }
