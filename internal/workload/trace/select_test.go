package trace

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/generate"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// drawSeries draws a series of counts or of functions without sizes, which is read from its text on each Open.
func drawSeries(t *rapid.T) workload.Workload {
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
	return unheld(t, v1alpha1.Trace{}, workloadtest.Texts{"x": text.String()}, rapid.SampledFrom([]int{0, 20, 1000}).Draw(t, "counts held"))
}

// unheld reads a trace of counts without keeping its requests in memory, and its counts only if they are few.
func unheld(t workloadtest.T, trace v1alpha1.Trace, files workloadtest.Texts, maxPeriods int) workload.Workload {
	t.Helper()
	trace.Path = "x"
	w, err := source{file: rows.File{Open: files.Open, Name: "x"}, trace: trace, seed: 3, maxPeriods: maxPeriods}.read()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestSelectFromASeriesIsCutOutOfIt: what is skipped changes nothing.
func TestSelectFromASeriesIsCutOutOfIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawSeries(t)
		windows := workloadtest.DrawWindows(t, w.Info().Span)
		selection, err := workload.Select(w, windows)
		if err != nil {
			t.Fatal(err)
		}
		out := workloadtest.ReadAll(t, selection, rapid.IntRange(1, 70).Draw(t, "batch"))
		workloadtest.Same(t, "selection", out, workloadtest.CutOut(workloadtest.ReadAll(t, w, 64), windows))
	})
}

// steadySeries has as many requests each minute, and counts the sizes that are drawn for them.
func steadySeries(t testing.TB, perMinute, minutes int, draws *int) workload.Workload {
	t.Helper()
	var text strings.Builder
	text.WriteString("t_s,count\n")
	for i := range minutes {
		fmt.Fprintf(&text, "%d,%d\n", i*60, perMinute)
	}
	w := unheld(t, v1alpha1.Trace{}, workloadtest.Texts{"x": text.String()}, 0)
	return workload.WithSizes(w, workloadtest.CountedSizes{Draws: draws}, 7)
}

// TestSelectDrawsSizesOfWhatItKeeps, and independently for each window.
func TestSelectDrawsSizesOfWhatItKeeps(t *testing.T) {
	t.Parallel()
	draws := 0
	w := steadySeries(t, 100, 600, &draws)
	sample := workloadtest.Sample(t, w, 12, 10*time.Minute)
	blocks := workloadtest.Blocks(t, sample, 10*time.Minute)
	if want := 5 * 1000; draws != want {
		t.Errorf("%d sizes drawn, want %d", draws, want)
	}
	whole := workloadtest.Blocks(t, w, 10*time.Minute)
	workloadtest.Same(t, "the first window", blocks[0], whole[0])
	alone := workloadtest.Must(workload.Select(w, []workload.Window{{From: 2 * time.Hour, To: 2*time.Hour + 10*time.Minute}}))(t)
	workloadtest.Same(t, "a window by itself", workloadtest.ReadAll(t, alone, 64), blocks[1])
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
		scaled := workloadtest.Must(workload.Scale(steadySeries(t, 600, 2000, &draws), factor, 5))(t)
		const block = 5 * time.Minute
		windows := workloadtest.EveryNth(scaled.Info().Span, 10, block)
		selection := workloadtest.Must(workload.Select(scaled, windows))(t)
		var quarters [4]float64
		total := 0
		for _, requests := range workloadtest.Blocks(t, selection, block) {
			for _, q := range requests {
				quarters[q.At/(block/4)]++
				total++
			}
		}
		for i, n := range quarters {
			want := factor * 10 * block.Seconds() / 4 * float64(len(windows))
			workloadtest.Near(t, fmt.Sprintf("requests of quarter %d, scaled by %g", i, factor), n, want, 5*math.Sqrt(3*want))
		}
		if around := 600 * len(windows) * 6; draws > around || draws < around*3/4 {
			t.Errorf("scaled by %g: %d requests read, want at most %d", factor, draws, around)
		}
		alone := workloadtest.Must(workload.Select(scaled, windows[3:4]))(t)
		workloadtest.Same(t, "a window by itself", workloadtest.ReadAll(t, alone, 64), workloadtest.Blocks(t, selection, block)[3])
		if len(workloadtest.ReadAll(t, workloadtest.Must(workload.Select(scaled, windows))(t), 7)) != total {
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
	w := unheld(t, v1alpha1.Trace{Tokens: "tok"}, workloadtest.Texts{"x": text.String(), "tok": tokensSample}, 0)
	for _, block := range []time.Duration{10 * time.Minute, 11 * time.Minute, 150 * time.Second} {
		windows := workloadtest.EveryNth(w.Info().Span, 3, block)
		selection := workloadtest.Must(workload.Select(w, windows))(t)
		blocks := workloadtest.Blocks(t, selection, block)
		counts := workloadtest.Must(workload.Counts(context.Background(), w, block))(t)
		got, want := 0.0, 0.0
		for i, requests := range blocks {
			got += float64(len(requests))
			want += counts[3*i]
		}
		workloadtest.Near(t, fmt.Sprintf("requests in blocks of %s", block), got, want, 8*math.Sqrt(want))
		workloadtest.Same(t, "the second reading", workloadtest.ReadAll(t, selection, 13), workloadtest.ReadAll(t, selection, 1024))
		workloadtest.Same(t, "a window by itself", workloadtest.ReadAll(t, workloadtest.Must(workload.Select(w, windows[2:3]))(t), 64), blocks[2])
		workloadtest.Same(t, "the first window", workloadtest.ReadAll(t, workloadtest.Must(workload.Slice(w, 0, min(block, 10*time.Minute)))(t), 64),
			workloadtest.ReadAll(t, workloadtest.Must(workload.Select(w, []workload.Window{{From: 0, To: min(block, 10*time.Minute)}}))(t), 64))
	}
}

// BenchmarkSelect reports kept requests per second of one block in fifty, drawn, and cut out of all that is read.
func BenchmarkSelect(b *testing.B) {
	cv := 2.0
	g := v1alpha1.Generator{Arrivals: "gamma", CV: &cv, Rate: 50, Span: 24 * 365 * hour}
	g.Daily = &v1alpha1.Daily{PeakToMean: 1.8}
	g.Sizes.Input = &v1alpha1.CountDistribution{Mean: 1000, CV: 1}
	g.Sizes.Output = &v1alpha1.CountDistribution{Mean: 200, CV: 1}
	draws := 0
	for name, w := range map[string]workload.Workload{
		"generated": workloadtest.Must(generate.Traffic(nil, g, 1))(b),
		"series":    steadySeries(b, 3000, 50_000, &draws),
	} {
		b.Run(name+"/drawn", func(b *testing.B) { workloadtest.Benchmark(b, workloadtest.Sample(b, w, 50, 10*time.Minute)) })
		b.Run(name+"/cut", func(b *testing.B) {
			workloadtest.Benchmark(b, workloadtest.Sample(b, workloadtest.Opaque{Workload: w}, 50, 10*time.Minute))
		})
	}
}
