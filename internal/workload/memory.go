package workload

import "io"

// Recorded is a workload held in memory.
type Recorded struct {
	info     Info
	requests []Request
	source   Workload // what Cache read it from, nil for a record
}

// NewRecorded wraps requests that are already in order of arrival. It keeps the slice.
func NewRecorded(info Info, requests []Request) *Recorded {
	return &Recorded{info: info, requests: requests}
}

// Open starts from the first request.
func (r *Recorded) Open() (Stream, error) { return &recordedStream{rest: r.requests}, nil }

// Info describes the workload.
func (r *Recorded) Info() Info { return r.info }

// Len returns the number of requests.
func (r *Recorded) Len() int { return len(r.requests) }

type recordedStream struct{ rest []Request }

func (s *recordedStream) Read(dst []Request) (int, error) {
	if len(s.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(dst, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}
