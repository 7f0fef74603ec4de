package trace

import (
	"errors"
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/sizes"
)

const (
	// minGap is the shortest run of zero counts that is reported as a possible gap of the collection.
	minGap = 10 * time.Minute
	// expectedInGap is how many requests the mean rate would bring in a run of
	// zeros before it is taken for a gap rather than for a lull.
	expectedInGap = 100
)

// settle gives the requests of a series sizes, and keeps them in memory when they are few.
func (s source) settle(series workload.Series, info *workload.Info, has sizes.Fields, requests int64) (workload.Workload, error) {
	sampler, note, err := s.missingSizes(has)
	if err != nil {
		return nil, s.file.Fail(err)
	}
	if note != "" {
		info.Notes = append(info.Notes, note)
	}
	w := sampler.Give(series, s.seed)
	if requests > int64(s.maxRequests) {
		return w, nil
	}
	if w, err = workload.Cache(w, s.maxRequests); err != nil {
		return nil, err
	}
	if held, ok := w.(*workload.Recorded); ok && held.Len() == 0 {
		return nil, s.file.Fail(errors.New("the rates are so low that no request was drawn in the whole span"))
	}
	return w, nil
}

// seconds converts to a duration, at most the longest there is.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(s * float64(time.Second))
}

// zeroRuns finds long runs of zero counts.
type zeroRuns struct {
	period time.Duration
	next   int64 // the period after the last one seen
	since  int64 // the first period of the run at the end
	runs   int64
	total  time.Duration
	first  time.Duration // where the first run begins
}

// see adds the count of a period; periods that are left out are zeros.
func (z *zeroRuns) see(index, count int64) {
	z.next = index + 1
	if count > 0 {
		z.close(index)
		z.since = index + 1
	}
}

// close ends the run before the period end.
func (z *zeroRuns) close(end int64) {
	length := time.Duration(end-z.since) * z.period
	if length < minGap {
		return
	}
	if z.runs == 0 {
		z.first = time.Duration(z.since) * z.period
	}
	z.runs++
	z.total += length
}

// notes reports the runs up to the last period seen.
func (z *zeroRuns) notes() []string {
	z.close(z.next)
	z.since = z.next
	if z.runs == 0 {
		return nil
	}
	return []string{fmt.Sprintf("runs of zero counts of %s or longer: %d, %s in all, the first at %s: possible gaps of the collection",
		unit.Duration(minGap), z.runs, unit.Duration(z.total), unit.Duration(z.first))}
}
