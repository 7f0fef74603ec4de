package generate

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// TestSelectKeepsStates: a window of mmpp is as busy as the whole is there.
func TestSelectKeepsStates(t *testing.T) {
	t.Parallel()
	g := v1alpha1.Generator{Arrivals: "mmpp", Span: 200 * hour, States: []v1alpha1.MMPPState{
		{Rate: 2, Dwell: hour}, {Rate: 0, Dwell: hour},
	}}
	w := workloadtest.Must(Traffic(nil, g, 4))(t)
	const block = 10 * time.Minute
	drawn := workloadtest.Blocks(t, workloadtest.Sample(t, w, 5, block), block)
	cut := workloadtest.Blocks(t, workloadtest.Sample(t, workloadtest.Opaque{Workload: w}, 5, block), block)
	for i := range cut {
		workloadtest.Near(t, fmt.Sprintf("requests of block %d", i), float64(len(drawn[i])), float64(len(cut[i])), 5*math.Sqrt(2*float64(len(cut[i]))))
	}
}

// TestSampledGeneratorLaws: the same requests each time and in any size of
// batch, the first block that of the whole, and the blocks of a sample among
// those of a finer one.
func TestSampledGeneratorLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGenerator(t)
		seed := rapid.Uint64().Draw(t, "seed")
		n := rapid.IntRange(2, 4).Draw(t, "n")
		block := workloadtest.DrawWithin(t, "block", max(1, g.Span.Std()/1000), g.Span.Std()+1)
		sample := func(n int) workload.Workload {
			w, err := Traffic(nil, g, seed)
			if err != nil {
				t.Fatal(err)
			}
			return workloadtest.Sample(t, w, n, block)
		}
		w := sample(n)
		workloadtest.Same(t, "the second reading", workloadtest.ReadAll(t, w, rapid.IntRange(1, 70).Draw(t, "batch")), workloadtest.ReadAll(t, w, 1024))
		fine := workloadtest.Blocks(t, w, block)
		workloadtest.Same(t, "the first block", fine[0], workloadtest.Blocks(t, sample(1), block)[0])
		for i, requests := range workloadtest.Blocks(t, sample(2*n), block) {
			workloadtest.Same(t, fmt.Sprintf("block %d of a sample half as long", i), requests, fine[2*i])
		}
	})
}

// TestSampledBlocksAreLikeThoseOfTheWhole compares blocks that are drawn by
// themselves with blocks cut out of the whole. Blocks of some twenty gaps show
// whether arrivals are under way at their start, as they are in the middle of
// the whole: without that, the first gap and the counts would be others. A cv of
// 0 has no place here: all of one whole is in step with its first gap.
func TestSampledBlocksAreLikeThoseOfTheWhole(t *testing.T) {
	const (
		blocks = 6000
		nth    = 3
		block  = 20 * time.Second
		rate   = 1.0
	)
	steady := func(arrivals string, cv float64) v1alpha1.Generator {
		return v1alpha1.Generator{Arrivals: arrivals, CV: &cv, Rate: rate}
	}
	for name, g := range map[string]v1alpha1.Generator{
		"poisson":        steady("poisson", 1),
		"gamma cv 0.3":   steady("gamma", 0.3),
		"gamma cv 3":     steady("gamma", 3),
		"weibull cv 0.4": steady("weibull", 0.4),
		"weibull cv 2":   steady("weibull", 2),
		"mmpp": {Arrivals: "mmpp", States: []v1alpha1.MMPPState{
			{Rate: 0, Dwell: unit.Duration(8 * time.Second)},
			{Rate: 0.6, Dwell: unit.Duration(20 * time.Second)},
			{Rate: 5, Dwell: unit.Duration(4 * time.Second)},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g.Span = unit.Duration(blocks * nth * block)
			w := workloadtest.Must(Traffic(nil, g, 7))(t)
			drawn := momentsOfBlocks(t, workloadtest.Sample(t, w, nth, block), block)
			// Another seed: the first block would be the same.
			whole := workloadtest.Must(Traffic(nil, g, 8))(t)
			cut := momentsOfBlocks(t, workloadtest.Sample(t, workloadtest.Opaque{Workload: whole}, nth, block), block)
			for i, m := range drawn {
				workloadtest.Near(t, m.name+" of drawn and cut blocks", m.mean, cut[i].mean, 5*math.Hypot(m.sigma, cut[i].sigma)+1e-6)
			}
			workloadtest.Near(t, "requests of a block", drawn[0].mean, rate*block.Seconds(), 5*drawn[0].sigma+1e-6)
		})
	}
}

// blockMoment is the mean of a quantity over many blocks, and its standard error.
type blockMoment struct {
	name        string
	mean, sigma float64
}

// momentsOfBlocks describes the counts of blocks and the gaps within them.
func momentsOfBlocks(t *testing.T, w workload.Workload, block time.Duration) []blockMoment {
	t.Helper()
	moments := []blockMoment{{name: "count"}, {name: "count^2"}, {name: "time before the first"}, {name: "sum of gaps"}, {name: "sum of gap^2"}}
	blocks := workloadtest.Blocks(t, w, block)
	for _, requests := range blocks {
		count, first := float64(len(requests)), block.Seconds()
		var gaps, squares float64
		for i, q := range requests {
			if i == 0 {
				first = q.At.Seconds()
				continue
			}
			gap := (q.At - requests[i-1].At).Seconds()
			gaps += gap
			squares += gap * gap
		}
		for i, x := range []float64{count, count * count, first, gaps, squares} {
			moments[i].mean += x
			moments[i].sigma += x * x
		}
	}
	n := float64(len(blocks))
	for i := range moments {
		m := &moments[i]
		m.mean /= n
		m.sigma = math.Sqrt(math.Max(0, m.sigma/n-m.mean*m.mean) / n)
	}
	return moments
}

// TestSampleKeepsRateAndCV over long blocks, against the figures asked for.
func TestSampleKeepsRateAndCV(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		arrivals string
		cv       float64
	}{{"poisson", 1}, {"gamma", 0.3}, {"gamma", 3}, {"weibull", 2}} {
		g := v1alpha1.Generator{Arrivals: test.arrivals, CV: &test.cv, Rate: 50, Span: 100 * hour}
		w := workloadtest.Sample(t, workloadtest.Must(Traffic(nil, g, 1))(t), 25, 10*time.Minute)
		rate, cv := workloadtest.Moments(t, w)
		workloadtest.Near(t, fmt.Sprintf("rate of %s cv %g", test.arrivals, test.cv), rate, 50, 5*test.cv*50/math.Sqrt(50*w.Info().Span.Seconds()))
		workloadtest.Near(t, fmt.Sprintf("cv of the gaps of %s cv %g", test.arrivals, test.cv), cv, test.cv, 0.02*test.cv)
	}
}

// TestSampledBlocksAreAtTheirPlace: each block has the rate of its time of day
// and week, and its share of a flash crowd that begins or ends within it; a
// slice moves all of it.
func TestSampledBlocksAreAtTheirPlace(t *testing.T) {
	t.Parallel()
	const block = 10 * time.Minute
	peak := 9 * hour
	crowd := v1alpha1.Flash{At: 31*hour + hour/10, Duration: 2 * hour, Factor: 4}
	g := workloadtest.Poisson(10, 7*24*time.Hour)
	g.Daily = &v1alpha1.Daily{PeakToMean: 1.9, PeakAt: &peak}
	g.Weekly = &v1alpha1.Weekly{Weekend: 0.25}
	g.Flash = []v1alpha1.Flash{crowd}
	rateAt := func(second float64) float64 {
		rate := 10 * 7 / 5.5 * (1 + 0.9*math.Cos(2*math.Pi*(second/3600-9)/24))
		if second >= 5*86400 {
			rate *= 0.25
		}
		if second >= crowd.At.Seconds() && second < (crowd.At+crowd.Duration).Seconds() {
			rate *= 4
		}
		return rate
	}
	whole := workloadtest.Must(Traffic(nil, g, 3))(t)
	for _, from := range []time.Duration{0, 7*time.Hour + 3*time.Minute} {
		w := workloadtest.Sample(t, workloadtest.Must(workload.Slice(whole, from, 0))(t), 6, block)
		for i, requests := range workloadtest.Blocks(t, w, block) {
			begin := from + time.Duration(i)*6*block
			want := 0.0
			for s := range int(min(block, 7*24*time.Hour-begin).Seconds()) {
				want += rateAt(begin.Seconds() + float64(s) + 0.5)
			}
			workloadtest.Near(t, fmt.Sprintf("requests of the block at %s", begin), float64(len(requests)), want, 5*math.Sqrt(want)+5)
		}
	}
}

// TestSampleDrawsOnlyWhatItKeeps, whatever else was done to the generator.
func TestSampleDrawsOnlyWhatItKeeps(t *testing.T) {
	draws := 0
	w := workload.WithSizes(workloadtest.Must(Traffic(nil, workloadtest.Poisson(1, 100*time.Hour), 1))(t), workloadtest.CountedSizes{Draws: &draws}, 1)
	sample := func(w workload.Workload) workload.Workload { return workloadtest.Sample(t, w, 12, 10*time.Minute) }
	scale := func(w workload.Workload) workload.Workload { return workloadtest.Must(workload.Scale(w, 3, 1))(t) }
	slice := func(w workload.Workload) workload.Workload {
		return workloadtest.Must(workload.Slice(w, 20*time.Hour, 0))(t)
	}
	cache := func(w workload.Workload) workload.Workload { return workloadtest.Must(workload.Cache(w, 1e6))(t) }
	for name, sampled := range map[string]workload.Workload{
		"sample":                    sample(w),
		"sample of a scaled":        sample(scale(w)),
		"scaled sample":             scale(sample(w)),
		"scaled sample in memory":   scale(cache(sample(w))),
		"sample of a slice":         sample(slice(w)),
		"sample of a slice of one":  sample(slice(slice(w))),
		"sample of a merge":         sample(workloadtest.Must(workload.Merge(w, workloadtest.Must(workload.Merge(slice(w), w))(t)))(t)),
		"sample of what was scaled": sample(scale(cache(slice(w)))),
	} {
		draws = 0
		if kept := len(workloadtest.ReadAll(t, sampled, 100)); draws != kept || kept == 0 {
			t.Errorf("%s: %d requests drawn to keep %d", name, draws, kept)
		}
	}
	held := cache(w)
	draws = 0
	if kept := len(workloadtest.ReadAll(t, sample(held), 100)); draws != 0 || kept == 0 {
		t.Errorf("%d requests drawn to keep %d of what is in memory", draws, kept)
	}
}

// TestRoundsOfASelectionAreTheSame requests, also where a window reaches into the next round.
func TestRoundsOfASelectionAreTheSame(t *testing.T) {
	w := workloadtest.Must(workload.Repeat(workloadtest.Must(Traffic(nil, workloadtest.Poisson(1, time.Hour), 1))(t), 5))(t)
	const block = 10 * time.Minute
	blocks := workloadtest.Blocks(t, workloadtest.Sample(t, w, 6, block), block)
	for i := range blocks {
		workloadtest.Same(t, "the same block of another round", blocks[i], blocks[0])
	}
	if len(blocks) != 5 || len(blocks[0]) == 0 {
		t.Errorf("%d blocks, want the five first of the rounds", len(blocks))
	}
	seam := workloadtest.Must(workload.Select(w, []workload.Window{{From: 0, To: block}, {From: 55 * time.Minute, To: 65 * time.Minute}, {From: 3*time.Hour - block/2, To: 3 * time.Hour}}))(t)
	halves := workloadtest.Blocks(t, seam, block/2)
	workloadtest.Same(t, "the beginning of the next round", halves[3], halves[0])
	workloadtest.Same(t, "the end of another round", halves[4], halves[2])
}
