package workload

import "io"

// verdict is what a filter says about a request.
type verdict int

const (
	keepRequest verdict = iota
	skipRequest
	stopReading // this request and all after it are left out
)

// filterStream leaves requests out of a source, and may change the ones that it keeps.
type filterStream struct {
	source Stream
	judge  func(*Request) verdict
	err    error // what the source ended with
}

func (s *filterStream) Read(dst []Request) (int, error) {
	if len(dst) == 0 {
		return 0, io.ErrShortBuffer
	}
	for s.err == nil {
		n, err := s.source.Read(dst)
		s.err = err
		if kept := s.filter(dst[:n]); kept > 0 {
			return kept, nil
		}
	}
	return 0, s.err
}

// end leaves the source before its end.
func (s *filterStream) end() error {
	if err := closeStream(s.source); err != nil {
		return err
	}
	return io.EOF
}

// Close gives back what the source holds.
func (s *filterStream) Close() error { return closeStream(s.source) }

// filter moves the kept requests to the front and returns their number.
func (s *filterStream) filter(batch []Request) int {
	kept := 0
	for i := range batch {
		switch s.judge(&batch[i]) {
		case keepRequest:
			batch[kept] = batch[i]
			kept++
		case stopReading:
			s.err = s.end()
			return kept
		}
	}
	return kept
}
