package workload

import "io"

// Cache holds a workload in memory when it has at most maxRequests requests (32
// bytes each), and returns it unchanged when it has more. It says in which case
// by the type: a *Recorded is held.
func Cache(w Workload, maxRequests int) (Workload, error) {
	if _, held := w.(*Recorded); held || maxRequests < 1 {
		return w, nil
	}
	s, err := w.Open()
	if err != nil {
		return nil, err
	}
	var all []Request
	batch := make([]Request, min(maxRequests, 4096))
	for {
		n, err := s.Read(batch)
		if len(all)+n > maxRequests {
			return w, closeStream(s)
		}
		all = append(all, batch[:n]...)
		switch {
		case err == io.EOF:
			return &Recorded{info: w.Info(), requests: all, source: w}, nil
		case err != nil:
			return nil, err
		}
	}
}

// Rescale makes what a Recorded was read from again at another rate, when that can be.
func (r *Recorded) Rescale(factor float64) (Workload, error) {
	if r.source == nil {
		return nil, errRecord
	}
	return rescaled(r.source, factor)
}
