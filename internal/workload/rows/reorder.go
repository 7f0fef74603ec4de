package rows

import (
	"fmt"
	"io"
	"sort"
	"time"

	"fulcrum.dev/fulcrum/internal/workload"
)

// ReorderWindow is how many rows a row may come too late by: logs are written
// when requests end, and by several processes.
const ReorderWindow = 10_000

// Reorder sorts rows that are out of order by at most ReorderWindow places,
// equal times in order of the file. Its buffer is sorted by insertion from the
// end, which costs nothing for rows in order.
type Reorder struct {
	buffer []workload.Request // sorted; At is the stamp
	ready  int                // how many of the front are final
	taken  int                // how many of those have been handed out
	last   time.Duration
	any    bool // whether something has been handed out

	late     int64 // rows that were moved
	farthest int   // by so many places at most
}

// insert adds the row that was read last. It fails for a row that is too late.
func (r *Reorder) insert(q workload.Request) error {
	n := len(r.buffer)
	r.buffer = append(r.buffer, q)
	if n == 0 || r.buffer[n-1].At <= q.At {
		if n == 0 && r.any && q.At < r.last {
			return ErrTooLate
		}
		return nil
	}
	floor := max(0, n-ReorderWindow)
	at := floor + sort.Search(n-floor, func(i int) bool { return r.buffer[floor+i].At > q.At })
	if at == floor && (floor > 0 && r.buffer[floor-1].At > q.At || floor == 0 && r.any && q.At < r.last) {
		return ErrTooLate
	}
	copy(r.buffer[at+1:], r.buffer[at:n])
	r.buffer[at] = q
	r.late++
	r.farthest = max(r.farthest, n-at)
	return nil
}

var ErrTooLate = fmt.Errorf("earlier than a row more than %d rows before it: sort the trace by time", ReorderWindow)

// refill reads rows until some are final.
func (r *Reorder) refill(next func(*workload.Request) error) error {
	r.buffer = r.buffer[:copy(r.buffer, r.buffer[r.ready:])]
	r.ready, r.taken = 0, 0
	var q workload.Request
	for len(r.buffer) < 2*ReorderWindow {
		err := next(&q)
		if err == io.EOF {
			r.ready = len(r.buffer)
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.insert(q); err != nil {
			return err
		}
	}
	r.ready = len(r.buffer) - ReorderWindow
	return nil
}

// Take hands out up to len(dst) rows in order of time; 0 without an error is the end.
func (r *Reorder) Take(dst []workload.Request, next func(*workload.Request) error) (int, error) {
	if r.taken == r.ready {
		if err := r.refill(next); err != nil {
			return 0, err
		}
	}
	n := copy(dst, r.buffer[r.taken:r.ready])
	if n > 0 {
		r.taken += n
		r.last, r.any = dst[n-1].At, true
	}
	return n, nil
}

// Notes says what was sorted.
func (r *Reorder) Notes() []string {
	if r.late == 0 {
		return nil
	}
	return []string{fmt.Sprintf("rows out of order, sorted by time: %d (%d places late at most)", r.late, r.farthest)}
}
