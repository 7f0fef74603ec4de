package workload

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/random"
)

// drawWindows draws up to 6 windows, some of which touch or reach to the end.
func drawWindows(t *rapid.T, span time.Duration) []Window {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "windows"), 0))
	ends := []time.Duration{0, span}
	for range 2 * rapid.IntRange(1, 6).Draw(t, "number of windows") {
		ends = append(ends, time.Duration(r.Int64N(int64(span)+1)))
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	windows := []Window{}
	for i := range ends[1:] {
		if r.IntN(2) == 0 || i == len(ends)-2 && len(windows) == 0 {
			windows = append(windows, Window{ends[i], ends[i+1]})
		}
	}
	return windows
}

// cutOut is what Select is to give of requests.
func cutOut(requests []Request, windows []Window) []Request {
	var out []Request
	var kept time.Duration
	for _, w := range windows {
		for _, q := range requests {
			if q.At >= w.From && q.At < w.To {
				q.At += kept - w.From
				out = append(out, q)
			}
		}
		kept += w.To - w.From
	}
	return out
}

// drawSeries draws a series of counts or of functions without sizes, which is read from its text on each Open.
func drawSeries(t *rapid.T) Workload {
	var text strings.Builder
	counts := rapid.SliceOfN(rapid.IntRange(0, 9), 2, 40)
	if rapid.Bool().Draw(t, "functions") {
		minutes := rapid.IntRange(1, 10).Draw(t, "minutes")
		text.WriteString("HashOwner,HashApp,HashFunction,Trigger")
		for i := range minutes {
			fmt.Fprintf(&text, ",%d", i+1)
		}
		for i, row := range rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 9), minutes, minutes), 1, 4).Draw(t, "rows") {
			fmt.Fprintf(&text, "\no,a,f%d,http", i)
			for _, n := range row {
				fmt.Fprintf(&text, ",%d", n)
			}
		}
		text.WriteString("\no,a,last,http,1" + strings.Repeat(",1", minutes-1) + "\n")
	} else {
		text.WriteString("t_s,count\n")
		period := rapid.IntRange(1, 100).Draw(t, "period")
		for i, n := range append(counts.Draw(t, "counts"), 1) {
			fmt.Fprintf(&text, "%d,%d\n", i*period, n)
		}
	}
	return unheld(t, v1alpha1.Trace{}, texts{"x": text.String()})
}

// unheld reads a trace of counts without keeping its requests in memory.
func unheld(t fatal, trace v1alpha1.Trace, files texts) Workload {
	t.Helper()
	trace.Path = "x"
	w, err := ReadTrace(files.open, trace, 3)
	if err != nil {
		t.Fatal(err)
	}
	if held, ok := w.(*Recorded); ok {
		return held.source
	}
	return w
}

// TestSelectFromASeriesIsCutOutOfIt: what is skipped changes nothing.
func TestSelectFromASeriesIsCutOutOfIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawSeries(t)
		windows := drawWindows(t, w.Info().Span)
		selection, err := Select(w, windows)
		if err != nil {
			t.Fatal(err)
		}
		out := readAll(t, selection, rapid.IntRange(1, 70).Draw(t, "batch"))
		sameRequests(t, "selection", out, cutOut(readAll(t, w, 64), windows))
	})
}

// TestSelectOfOperationsIsCutOutOfThem, in any combination of those that draw nothing.
func TestSelectOfOperationsIsCutOutOfThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var w Workload = drawRecord(t, "record")
		for _, op := range rapid.SliceOfN(rapid.SampledFrom([]string{"slice", "repeat", "merge", "priority", "select"}), 0, 4).Draw(t, "operations") {
			w = drawOperation(t, op, w)
		}
		windows := drawWindows(t, w.Info().Span)
		selection, err := Select(w, windows)
		if err != nil {
			t.Fatal(err)
		}
		sameRequests(t, "selection", readAll(t, selection, rapid.IntRange(1, 70).Draw(t, "batch")), cutOut(readAll(t, w, 64), windows))
	})
}

func drawOperation(t *rapid.T, op string, w Workload) Workload {
	var err error
	span := w.Info().Span
	switch op {
	case "slice":
		from := drawWithin(t, "from", 0, span)
		w, err = Slice(w, from, drawWithin(t, "to", from+1, span+1))
	case "repeat":
		w, err = Repeat(w, rapid.IntRange(1, 4).Draw(t, "times"))
	case "merge":
		w, err = Merge(w, drawRecord(t, "other"))
	case "priority":
		w, err = Prioritise(w, 3)
	case "select":
		w, err = Select(w, drawWindows(t, span))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// steadySeries has as many requests each minute, and counts the sizes that are drawn for them.
func steadySeries(t testing.TB, perMinute, minutes int, draws *int) Workload {
	t.Helper()
	var text strings.Builder
	text.WriteString("t_s,count\n")
	for i := range minutes {
		fmt.Fprintf(&text, "%d,%d\n", i*60, perMinute)
	}
	w := unheld(t, v1alpha1.Trace{}, texts{"x": text.String()})
	return withSizes(w, &sizer{input: countedDist{random.Exponential(1000), draws}}, 7)
}

// TestSelectDrawsSizesOfWhatItKeeps, and independently for each window.
func TestSelectDrawsSizesOfWhatItKeeps(t *testing.T) {
	t.Parallel()
	draws := 0
	w := steadySeries(t, 100, 600, &draws)
	sample := sampleOf(t, w, 12, 10*time.Minute)
	blocks := blocksOf(t, sample, 10*time.Minute)
	if want := 5 * 1000; draws != want {
		t.Errorf("%d sizes drawn, want %d", draws, want)
	}
	whole := blocksOf(t, w, 10*time.Minute)
	sameRequests(t, "the first window", blocks[0], whole[0])
	alone := must(Select(w, []Window{{2 * time.Hour, 2*time.Hour + 10*time.Minute}}))(t)
	sameRequests(t, "a window by itself", readAll(t, alone, 64), blocks[1])
	same := 0
	for i := range blocks[1] {
		if blocks[1][i].Input == blocks[0][i].Input {
			same++
		}
	}
	if same > len(blocks[1])/20 {
		t.Errorf("%d of %d sizes are those of another window", same, len(blocks[1]))
	}
}

// TestSelectOfScaledTraffic has the scaled rate, up to the ends of windows, and
// draws no more than around them.
func TestSelectOfScaledTraffic(t *testing.T) {
	t.Parallel()
	for _, factor := range []float64{0.3, 2.7} {
		draws := 0
		scaled := must(Scale(steadySeries(t, 600, 2000, &draws), factor, 5))(t)
		const block = 5 * time.Minute
		windows := everyNth(scaled.Info().Span, 10, block)
		selection := must(Select(scaled, windows))(t)
		var quarters [4]float64
		total := 0
		for _, requests := range blocksOf(t, selection, block) {
			for _, q := range requests {
				quarters[q.At/(block/4)]++
				total++
			}
		}
		for i, n := range quarters {
			want := factor * 10 * block.Seconds() / 4 * float64(len(windows))
			near(t, fmt.Sprintf("requests of quarter %d, scaled by %g", i, factor), n, want, 5*math.Sqrt(3*want))
		}
		if around := 600 * len(windows) * 6; draws > around || draws < around*3/4 {
			t.Errorf("scaled by %g: %d requests read, want at most %d", factor, draws, around)
		}
		alone := must(Select(scaled, windows[3:4]))(t)
		sameRequests(t, "a window by itself", readAll(t, alone, 64), blocksOf(t, selection, block)[3])
		if len(readAll(t, must(Select(scaled, windows))(t), 7)) != total {
			t.Errorf("scaled by %g: another number of requests in small batches", factor)
		}
	}
}

// TestSelectOfServeGen has the recorded rates, whatever part of a recorded
// window is selected, and windows that do not depend on what else is.
func TestSelectOfServeGen(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("client,window_start_s,rate_rps,cv,dist,p1,p2\n")
	for c := range 3 {
		for i := range 100 {
			fmt.Fprintf(&text, "%d,%d,%d,1,%s,0.7,1\n", c, 1200+i*600, 1+i%7, []string{"Gamma", "Weibull"}[c%2])
		}
	}
	w := unheld(t, v1alpha1.Trace{Tokens: "tok"}, texts{"x": text.String(), "tok": tokensSample})
	for _, block := range []time.Duration{10 * time.Minute, 11 * time.Minute, 150 * time.Second} {
		windows := everyNth(w.Info().Span, 3, block)
		selection := must(Select(w, windows))(t)
		blocks := blocksOf(t, selection, block)
		counts := must(Counts(w, block))(t)
		got, want := 0.0, 0.0
		for i, requests := range blocks {
			got += float64(len(requests))
			want += counts[3*i]
		}
		near(t, fmt.Sprintf("requests in blocks of %s", block), got, want, 8*math.Sqrt(want))
		sameRequests(t, "the second reading", readAll(t, selection, 13), readAll(t, selection, 1024))
		sameRequests(t, "a window by itself", readAll(t, must(Select(w, windows[2:3]))(t), 64), blocks[2])
		sameRequests(t, "the first window", readAll(t, must(Slice(w, 0, min(block, 10*time.Minute)))(t), 64),
			readAll(t, must(Select(w, []Window{{0, min(block, 10*time.Minute)}}))(t), 64))
	}
}

// TestSelectKeepsStates: a window of mmpp is as busy as the whole is there.
func TestSelectKeepsStates(t *testing.T) {
	t.Parallel()
	g := v1alpha1.Generator{Arrivals: "mmpp", Span: 200 * hour, States: []v1alpha1.MMPPState{
		{Rate: 2, Dwell: hour}, {Rate: 0, Dwell: hour},
	}}
	w := must(Generate(nil, g, 4))(t)
	const block = 10 * time.Minute
	drawn := blocksOf(t, sampleOf(t, w, 5, block), block)
	cut := blocksOf(t, sampleOf(t, fromStart{w}, 5, block), block)
	for i := range cut {
		near(t, fmt.Sprintf("requests of block %d", i), float64(len(drawn[i])), float64(len(cut[i])), 5*math.Sqrt(2*float64(len(cut[i]))))
	}
}
