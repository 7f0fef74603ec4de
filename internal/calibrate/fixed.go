package calibrate

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// fitFixed finds how many requests the server works on at once, what time each took there without the queue, how that
// depends on the size, and the distribution of the rest.
func (s *sample) fitFixed(t *v1alpha1.CalibratedTarget) error {
	c, saturated := s.concurrency()
	times, inputs := s.serviceTimes(c)
	if len(times) < fewestRequests/2 {
		return errors.New("the times do not look like those of requests that are served in the order in which they came; is the answer streamed from a batch?")
	}
	perInput := slope(inputs, times)
	for i := range times {
		times[i] = max(0, times[i]-perInput*inputs[i])
	}
	d, ks, name := chooseDistribution(times)
	t.Profile.Fixed = &v1alpha1.FixedProfile{Duration: &d, Concurrency: c, PerInputToken: rounded(perInput)}
	t.Profile.Range.Saturated = saturated
	t.Fit = v1alpha1.ProfileFit{KS: figures(ks), Method: fmt.Sprintf("%s distribution of the time that each of %d requests had a place of %d", name, len(times), c)}
	if !saturated {
		t.Notes = append(t.Notes, fmt.Sprintf("no request waited for a free place: concurrency is the %d that were tried at once, and the server may take more", c))
	}
	return nil
}

// serviceTimes is how long each measured request had one of c places, in seconds, and its input tokens. Places are taken in
// the order of sending: a request begins when fewer than c of those before it are left, which is when the c-th last of them to
// leave has left.
func (s *sample) serviceTimes(c int) (times, inputs []float64) {
	all := s.placed(c)
	next := 0
	for i, r := range s.all {
		if next == len(s.measured) || s.measured[next] != r {
			continue
		}
		next++
		if all[i] > 0 {
			times, inputs = append(times, all[i]), append(inputs, float64(r.TokensIn))
		}
	}
	return times, inputs
}

// placed is the time with a place of each of all, in seconds; below 0 where it left before it could have had one.
func (s *sample) placed(c int) []float64 {
	if c == 1 {
		return s.placedAlone()
	}
	times := make([]float64, len(s.all))
	latest := make([]time.Duration, 0, c+1) // the c latest to leave of those before, rising
	for i, r := range s.all {
		begin := r.Sent
		if len(latest) == c {
			begin = max(begin, latest[0])
		}
		times[i] = (r.LastByte - begin).Seconds()
		at, _ := slices.BinarySearch(latest, r.LastByte)
		if latest = slices.Insert(latest, at, r.LastByte); len(latest) > c {
			latest = latest[1:]
		}
	}
	return times
}

// placedAlone is placed for one place. Then the order in which requests left is the one in which they were served, whatever that
// was: a server that is busy may read those that wait in an order of its own.
func (s *sample) placedAlone() []float64 {
	order := make([]int, len(s.all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.all[a].LastByte, s.all[b].LastByte) })
	times := make([]float64, len(s.all))
	var before time.Duration
	for _, i := range order {
		r := s.all[i]
		times[i] = (r.LastByte - max(r.Sent, before)).Seconds()
		before = r.LastByte
	}
	return times
}

const (
	// mostImpossible is the share of requests that may seem to have left before they could begin, for the client's jitter.
	mostImpossible = 0.03
	// queueSeen is the rank correlation, in standard errors, between the time inside and the number inside from which on
	// there was a queue.
	queueSeen = 4
)

// concurrency returns how many requests are served at once. With the right number, the time with a place does not depend on how
// many were inside when the request came; with too small a number it falls with them, with too large a one the queue is in it
// and it rises. Where it does not rise even if all had a place, no queue was seen: then the number is the most that were inside.
func (s *sample) concurrency() (c int, saturated bool) {
	most := s.mostInside()
	inside := make([]float64, len(s.all))
	for i, n := range s.inside() {
		inside[i] = float64(n)
	}
	if spearman(inside, s.placed(most))*math.Sqrt(float64(len(s.all))) < queueSeen {
		return most, false
	}
	best, least := most, math.Inf(1)
	for n := 1; n <= most; n = max(n+1, n+n/32) {
		times := s.placed(n)
		impossible := 0
		for _, x := range times {
			if x <= 0 {
				impossible++
			}
		}
		if float64(impossible) > mostImpossible*float64(len(times)) {
			continue
		}
		if r := math.Abs(spearman(inside, times)); r < least {
			best, least = n, r
		}
	}
	return best, best < most
}

const (
	// Of a slope that is worth a parameter: what it explains between the quartiles of the sizes, relative to the time, and
	// how much smaller it makes what is left.
	leastEffect      = 0.05
	leastImprovement = 0.1
)

// slope is what each unit of x adds to y; 0 where that is not clear.
func slope(x, y []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	spread := quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25)
	if spread == 0 {
		return 0
	}
	rows := make([]row, len(x))
	for i := range x {
		rows[i] = row{x: []float64{1, x[i]}, y: y[i]}
	}
	found, ok := regress(rows)
	if !ok {
		return 0
	}
	middle := medianOf(y)
	before := make([]float64, len(y))
	for i := range y {
		before[i] = y[i] - middle
	}
	after := medianOf(absolute(residuals(rows, found)))
	if found[1]*spread < leastEffect*middle || after > (1-leastImprovement)*medianOf(absolute(before)) {
		return 0
	}
	return found[1]
}
