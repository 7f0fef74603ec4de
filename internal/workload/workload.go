package workload

import (
	"context"
	"io"
	"time"
)

// Request is one arrival and what it asks for.
type Request struct {
	// At is the arrival, counted from the start of the workload.
	At time.Duration
	// Work is the service time measured where the trace was recorded; 0 when the trace has none.
	Work time.Duration
	// Input and Output are prompt and generated tokens; 0 when the trace has none.
	Input, Output int32
	// Priority is from 0 up to, not including, Priorities; the highest goes first where homes look at it.
	Priority uint8
}

// MaxWork bounds the service time of a request, so that a far tail cannot overflow what is summed later. No offer runs
// one request for as long.
const MaxWork = 30 * 24 * time.Hour

// Priorities is how many priorities there are.
const Priorities = 8

// Stream yields requests in order of arrival, equal times in order of the
// source. Read fills dst from the front and returns how many it wrote; it
// returns 0 and io.EOF at the end, and never 0 without an error. A stream that
// holds a file open is an io.Closer as well.
type Stream interface {
	Read(dst []Request) (int, error)
}

// Workload is a sequence of requests that can be read any number of times,
// also by several goroutines at once: every Open starts from the beginning and
// gives the same requests.
type Workload interface {
	Open() (Stream, error)
	Info() Info
}

// Info says what a workload is and how far it can be trusted.
type Info struct {
	// Name says where it is from, for people: a path, or "generated".
	Name string `json:"name"`
	// Format is the trace format, or "generator".
	Format string `json:"format"`
	// Span is the time that the workload covers: what a month's bill is extrapolated from. No request arrives at or after it.
	Span time.Duration `json:"span"`
	// Rows and BadRows count the rows read and skipped as unreadable; 0 for generators.
	Rows    int64 `json:"rows,omitempty"`
	BadRows int64 `json:"badRows,omitempty"`
	// Resolution is how fine the recorded times are where they are coarser than the requests: the second of an access
	// log, the minute of counts. Within it, arrivals were drawn. 0 when every request has its own time.
	Resolution time.Duration `json:"resolution,omitempty"`
	// HasTokens and HasWork say what the requests carry.
	HasTokens bool `json:"hasTokens"`
	HasWork   bool `json:"hasWork"`
	// HasPriorities says that some requests have a priority above 0.
	HasPriorities bool `json:"hasPriorities,omitempty"`
	// Notes are what a reader of a result must know: arrivals drawn within minutes, gaps, the first bad rows.
	Notes []string `json:"notes,omitempty"`
}

// ReadAll returns every request of a workload.
func ReadAll(w Workload) ([]Request, error) {
	var all []Request
	err := Visit(context.Background(), w, func(batch []Request) bool {
		all = append(all, batch...)
		return true
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Visit calls see with all requests in order, batch by batch, until it returns
// false. Errors: a workload that cannot be read, a context that has ended.
func Visit(ctx context.Context, w Workload, see func([]Request) bool) error {
	s, err := w.Open()
	if err != nil {
		return err
	}
	if c, ok := s.(io.Closer); ok {
		defer c.Close()
	}
	batch := make([]Request, 4096)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := s.Read(batch)
		if !see(batch[:n]) || err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
