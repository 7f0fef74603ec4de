package workload

import (
	"fmt"
	"io"
	"sort"
	"time"
)

// reorderWindow is how many rows a row may come too late by: logs are written
// when requests end, and by several processes.
const reorderWindow = 10_000

// reorder sorts rows that are out of order by at most reorderWindow places,
// equal times in order of the file. Its buffer is sorted by insertion from the
// end, which costs nothing for rows in order.
type reorder struct {
	buffer []Request // sorted; At is the stamp
	ready  int       // how many of the front are final
	taken  int       // how many of those have been handed out
	last   time.Duration
	any    bool // whether something has been handed out

	late     int64 // rows that were moved
	farthest int   // by so many places at most
}

// insert adds the row that was read last. It fails for a row that is too late.
func (r *reorder) insert(q Request) error {
	n := len(r.buffer)
	r.buffer = append(r.buffer, q)
	if n == 0 || r.buffer[n-1].At <= q.At {
		if n == 0 && r.any && q.At < r.last {
			return errTooLate
		}
		return nil
	}
	floor := max(0, n-reorderWindow)
	at := floor + sort.Search(n-floor, func(i int) bool { return r.buffer[floor+i].At > q.At })
	if at == floor && (floor > 0 && r.buffer[floor-1].At > q.At || floor == 0 && r.any && q.At < r.last) {
		return errTooLate
	}
	copy(r.buffer[at+1:], r.buffer[at:n])
	r.buffer[at] = q
	r.late++
	r.farthest = max(r.farthest, n-at)
	return nil
}

var errTooLate = fmt.Errorf("earlier than a row more than %d rows before it: sort the trace by time", reorderWindow)

// refill reads rows until some are final.
func (r *reorder) refill(next func(*Request) error) error {
	r.buffer = r.buffer[:copy(r.buffer, r.buffer[r.ready:])]
	r.ready, r.taken = 0, 0
	var q Request
	for len(r.buffer) < 2*reorderWindow {
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
	r.ready = len(r.buffer) - reorderWindow
	return nil
}

// take hands out up to len(dst) rows in order of time; 0 without an error is the end.
func (r *reorder) take(dst []Request, next func(*Request) error) (int, error) {
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

// notes says what was sorted.
func (r *reorder) notes() []string {
	if r.late == 0 {
		return nil
	}
	return []string{fmt.Sprintf("rows out of order, sorted by time: %d (%d places late at most)", r.late, r.farthest)}
}
