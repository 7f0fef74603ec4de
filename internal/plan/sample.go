package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/internal/workload"
)

// stratum is a part of the traffic that is simulated by itself, and how much of the whole it stands for.
type stratum struct {
	load workload.Workload
	// time is how much time of the whole a unit of the stratum's stands for, volume how many requests one of its does. Both
	// are 1 for a stratum that stands for itself alone.
	time, volume float64
	// alone are the same for a replicate without the others.
	alone struct{ time, volume float64 }
}

// allOf is the only stratum of an evaluator on all of the traffic.
func allOf(load workload.Workload) []stratum {
	return []stratum{{load: load, time: 1, volume: 1}}
}

const (
	// sampleBlock is the length of a sampled block: long against a cold start, short against a day. Where the rate is so
	// high that few of them fit into a sample, blocks are shorter, down to minBlock; where even such blocks have several times
	// the requests of a sample, down to a quarter of that.
	sampleBlock = 10 * time.Minute
	minBlock    = 2 * time.Minute
	// minBlocks is the number of blocks from which traffic is sampled at all: it takes several to be a sample of anything.
	minBlocks = 48
	// replicates is the number of independent samples that a sample is made of. How much they differ says how far it may be off.
	replicates = 4
	// sampledBlocks is the smallest number of blocks in a sample, the busiest apart.
	sampledBlocks = 24
	// peakShare is the part of a sample that the busiest blocks may take.
	peakShare = 0.3
	// blockEffort is how many times the requests of a sample its blocks may hold, so that they need not be short.
	blockEffort = 2
)

// sampling is how traffic is cut into strata: the busiest blocks, which stand for themselves, and replicates of the others,
// each of which has one block from every stratum of blocks that are about equally busy.
type sampling struct {
	block  time.Duration
	counts []float64 // requests of each block
	span   time.Duration
	peaks  []int
	others [replicates][]int
}

// newSampling chooses blocks that have about so many requests when the traffic is multiplied by a factor. It returns nil where
// the traffic is too short to be sampled, or a sample would not be much smaller than the whole.
func newSampling(ctx context.Context, load workload.Workload, t Traffic, factor float64, requests int64) (*sampling, error) {
	span := t.Span.Std()
	s := &sampling{span: span, block: blockLength(t.times(factor), requests)}
	requests = max(1, int64(float64(requests)/factor))
	if int64(span/s.block) < minBlocks {
		return nil, nil
	}
	var err error
	if s.counts, err = workload.Counts(ctx, load, s.block); err != nil {
		return nil, err
	}
	s.counts = s.counts[:span/s.block] // a block that the end cuts is like the others
	s.choose(float64(requests))
	if s.requests() > float64(t.Requests)/2 {
		return nil, nil
	}
	return s, nil
}

// blockLength is the length of the blocks of a sample.
func blockLength(t Traffic, requests int64) time.Duration {
	fits := time.Duration(float64(blockEffort*requests) / sampledBlocks / float64(t.Rate) * float64(time.Second))
	fits = fits.Truncate(time.Second)
	return min(max(fits, min(minBlock, 4*fits), minBlock/4), sampleBlock)
}

// choose picks the busiest blocks, and from the others, ordered by their requests, the same number for each replicate.
func (s *sampling) choose(requests float64) {
	order := make([]int, len(s.counts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.counts[b], s.counts[a]) })
	n, held := 1, s.counts[order[0]]
	for n < len(order)/minBlocks && held+s.counts[order[n]] <= peakShare*requests {
		held += s.counts[order[n]]
		n++
	}
	s.peaks = slices.Sorted(slices.Values(order[:n]))
	order = order[n:]
	var total float64
	for _, i := range order {
		total += s.counts[i]
	}
	perBlock := max(total/float64(len(order)), 1)
	groups := int(max((requests-held)/perBlock, sampledBlocks)) / replicates
	groups = min(groups, len(order)/replicates)
	for g := range groups {
		from, to := g*len(order)/groups, (g+1)*len(order)/groups
		for r := range replicates {
			at := from + (2*r+1)*(to-from)/(2*replicates)
			k := (r + g) % replicates // the busier of a group go to each replicate in turn
			s.others[k] = append(s.others[k], order[at])
		}
	}
	for k := range s.others {
		slices.Sort(s.others[k])
	}
}

// requests is how many the sample has.
func (s *sampling) requests() float64 {
	sum := s.sum(s.peaks)
	for _, blocks := range s.others {
		sum += s.sum(blocks)
	}
	return sum
}

func (s *sampling) sum(blocks []int) float64 {
	var sum float64
	for _, i := range blocks {
		sum += s.counts[i]
	}
	return sum
}

// windows are the blocks as stretches of time.
func (s *sampling) windows(blocks []int) []workload.Window {
	var list []workload.Window
	for _, i := range blocks {
		from := time.Duration(i) * s.block
		list = append(list, workload.Window{From: from, To: from + s.block})
	}
	return list
}

// strata are the parts that stand for the traffic, each of which is held in memory if it has at most its share of so many requests.
func (s *sampling) strata(load workload.Workload, requests int64, memory int) ([]stratum, error) {
	parts := append([][]int{s.peaks}, s.others[:]...)
	list := make([]stratum, len(parts))
	peakTime, peaks := time.Duration(len(s.peaks))*s.block, s.sum(s.peaks)
	blocks, others := 0, 0.0
	for _, o := range s.others {
		blocks += len(o)
		others += s.sum(o)
	}
	for i, p := range parts {
		selected, err := workload.Select(load, s.windows(p))
		if err != nil {
			return nil, err
		}
		if selected, err = workload.Cache(selected, memory/len(parts)); err != nil {
			return nil, err
		}
		list[i] = stratum{load: selected, time: 1, volume: 1}
		if i > 0 {
			list[i].time = float64(s.span-peakTime) / float64(time.Duration(blocks)*s.block)
			list[i].volume = (float64(requests) - peaks) / max(others, 1)
			list[i].alone.time = float64(s.span-peakTime) / float64(time.Duration(len(p))*s.block)
			list[i].alone.volume = (float64(requests) - peaks) / max(s.sum(p), 1)
		}
	}
	return list, nil
}

// String says what the sample is.
func (s *sampling) String() string {
	n := 0
	for _, o := range s.others {
		n += len(o)
	}
	return fmt.Sprintf("the %s and %d others of %s, of %d", plural(len(s.peaks), "busiest block"), n, unit.Duration(s.block), len(s.counts))
}
