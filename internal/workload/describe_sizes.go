package workload

import (
	"slices"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/stats"
)

// exactSizes is how many values are kept to give percentiles exactly; with more,
// they come from a histogram, to three digits.
const exactSizes = 200_000

// SizeDescription is the distribution of what requests ask for.
type SizeDescription struct {
	// Requests is how many it is of.
	Requests int64   `json:"requests"`
	Mean     float64 `json:"mean"`
	P50      float64 `json:"p50"`
	P95      float64 `json:"p95"`
	P99      float64 `json:"p99"`
	Max      float64 `json:"max"`
}

// sizeStats describes the sizes of requests.
type sizeStats struct {
	requests            int64
	input, output, work *distribution // nil when there are none
}

func newSizeStats(info Info) *sizeStats {
	s := &sizeStats{}
	if info.HasTokens {
		s.input, s.output = &distribution{perUnit: 1}, &distribution{perUnit: 1}
	}
	if info.HasWork {
		s.work = &distribution{perUnit: 1e6} // µs
	}
	return s
}

func (s *sizeStats) add(batch []Request) {
	s.requests += int64(len(batch))
	for i := range batch {
		if s.input != nil {
			s.input.add(int64(batch[i].Input))
			s.output.add(int64(batch[i].Output))
		}
		if s.work != nil {
			s.work.add(batch[i].Work.Microseconds())
		}
	}
}

func (s *sizeStats) describe(d *Description) {
	d.Input, d.Output, d.Work = s.input.describe(), s.output.describe(), s.work.describe()
}

// distribution collects whole numbers, perUnit of which are one of what is shown.
type distribution struct {
	perUnit   float64
	n         int64
	sum       float64
	max       int64
	values    []int64        // the first exactSizes
	histogram *stats.Buckets // of all, once there are more
}

func (d *distribution) add(v int64) {
	d.n++
	d.sum += float64(v)
	d.max = max(d.max, v)
	if d.histogram == nil && len(d.values) < exactSizes {
		d.values = append(d.values, v)
		return
	}
	if d.histogram == nil {
		d.histogram = stats.NewBuckets(MaxWork.Microseconds()) // holds every int32 of tokens, too
		for _, kept := range d.values {
			d.histogram.Add(kept, 1)
		}
		d.values = nil
	}
	d.histogram.Add(v, 1)
}

// describe returns nil when there is nothing to describe.
func (d *distribution) describe() *SizeDescription {
	if d == nil || d.n == 0 || d.max == 0 {
		return nil
	}
	slices.Sort(d.values)
	return &SizeDescription{
		Requests: d.n, Mean: d.sum / float64(d.n) / d.perUnit, P50: d.quantile(0.5), P95: d.quantile(0.95), P99: d.quantile(0.99),
		Max: float64(d.max) / d.perUnit,
	}
}

// quantile returns the percentile (random.Rank) at a share q of the requests. There must be some.
func (d *distribution) quantile(q float64) float64 {
	rank := random.Rank(q, int(d.n))
	if d.histogram == nil {
		return float64(d.values[rank-1]) / d.perUnit
	}
	return float64(min(d.max, d.histogram.At(int64(rank)))) / d.perUnit
}
