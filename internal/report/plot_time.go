package report

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/record"
)

// targetClass is the colour of a target; beyond eight they come again.
func targetClass(i int) string { return fmt.Sprintf("t%d", i%8) }

// spanOf is how long the plots over time are.
func spanOf(a *analysis.Result) float64 {
	span := a.Curves.Width
	for _, b := range a.Curves.Lateness {
		span = max(span, b.At+a.Curves.Width)
	}
	for i := range a.Targets {
		for _, e := range a.Targets[i].Curves.Ends {
			span = max(span, e.At+a.Curves.Width)
		}
	}
	return span
}

// latencyPlot shows the latency of all targets over time: the median as a line, a band up to p95, and single answers
// where there are few.
func latencyPlot(a *analysis.Result) *plot {
	low, high := math.Inf(1), 0.0
	for i := range a.Targets {
		for _, b := range a.Targets[i].Curves.Latency {
			low, high = min(low, b.P50), max(high, b.P95)
			if len(a.Targets[i].Curves.Points) > 0 {
				high = max(high, b.Max)
			}
		}
		for _, p := range a.Targets[i].Curves.Points {
			low = min(low, p.Took)
		}
	}
	if high == 0 {
		return nil
	}
	p := newPlot("Latency over time", 300, 64)
	p.Summary = "For each target, latency by when requests were due: the line is the median, the band reaches up to p95."
	x, ticks := elapsedAxis(spanOf(a), p.Left, p.Right)
	y := timeAxis(low, high, p.Bottom, p.Top)
	p.XTicks, p.YTicks = ticks, y.ticks(tickTime, 7)
	for i := range a.Targets {
		p.addLatency(&a.Targets[i], i, a.Curves.Width, x, y)
	}
	return p
}

func (p *plot) addLatency(t *analysis.Target, i int, width float64, x, y axis) {
	var median, tail []xy
	for _, b := range t.Curves.Latency {
		at := x.at(b.At + width/2)
		median, tail = append(median, xy{at, y.at(b.P50)}), append(tail, xy{at, y.at(b.P95)})
	}
	gap := 12 * (x.at(width) - x.at(0))
	if len(t.Curves.Points) > 0 {
		for _, q := range t.Curves.Points {
			class := targetClass(i)
			if q.Cold {
				class += " cold"
			}
			p.Dots = append(p.Dots, dot{Class: class, X: x.at(q.At), Y: y.at(q.Took), R: 2.5})
		}
	} else {
		p.Paths = append(p.Paths, path{Class: "area " + targetClass(i), D: area(tail, median, gap)})
		p.Paths = append(p.Paths, path{Class: "line " + targetClass(i), D: line(median, gap)})
	}
	p.Legend = append(p.Legend, key{Class: targetClass(i), Text: t.Name})
}

// latenessPlot shows how late the client was, with the gate.
func latenessPlot(a *analysis.Result) *plot {
	if a.Closed || len(a.Curves.Lateness) == 0 {
		return nil
	}
	p := newPlot("Lateness of the client over time", 200, 64)
	p.Summary = "How late the client sent: median, p95 and maximum of each bin, and the gate."
	var bands [3][]xy
	low, high := math.Inf(1), 0.0
	for _, b := range a.Curves.Lateness {
		low, high = min(low, b.P50), max(high, b.Max)
	}
	x, ticks := elapsedAxis(spanOf(a), p.Left, p.Right)
	y := timeAxis(max(low, 1e-6), max(high, a.Gate.Max.Seconds()), p.Bottom, p.Top)
	p.XTicks, p.YTicks = ticks, y.ticks(tickTime, 6)
	for _, b := range a.Curves.Lateness {
		for i, v := range []float64{b.P50, b.P95, b.Max} {
			bands[i] = append(bands[i], xy{x.at(b.At + a.Curves.Width/2), y.at(v)})
		}
	}
	for i, class := range []string{"line client", "line client dashed", "line client faint"} {
		p.Paths = append(p.Paths, path{Class: class, D: line(bands[i], math.Inf(1))})
	}
	if a.Gate.Max > 0 {
		p.Rules = append(p.Rules, rule{At: y.at(a.Gate.Max.Seconds()), Text: fmt.Sprintf("gate, p%g", a.Gate.Percentile)})
	}
	p.Legend = []key{{"client", "p50"}, {"client dashed", "p95"}, {"client faint", "max"}}
	return p
}

// endsPlot shows how many requests of a target ended in which way, over time.
func endsPlot(a *analysis.Result, i int) *plot {
	t := &a.Targets[i]
	if len(t.Curves.Ends) == 0 {
		return nil
	}
	p := newPlot("Requests of "+t.Name+" by how they ended, over time", 150, 64)
	p.Summary = "Requests a second by when they were due; the lowest part of each bar was answered right."
	span := spanOf(a)
	bins, width := joined(t.Curves.Ends, a.Curves.Width, span)
	var most int64
	seen := map[record.Kind]bool{}
	for _, e := range bins {
		var sum int64
		for kind, n := range e.Kinds {
			sum, seen[kind] = sum+n, true
		}
		most = max(most, sum)
	}
	x, ticks := elapsedAxis(span, p.Left, p.Right)
	y := axis{high: float64(most) / width, from: p.Bottom, to: p.Top}
	p.XTicks, p.YTicks = ticks, y.ticks(rateText, 4)
	kinds := slices.Sorted(maps.Keys(seen))
	for _, e := range bins {
		var below int64
		for _, kind := range kinds {
			n := e.Kinds[kind]
			if n == 0 {
				continue
			}
			top, foot := y.at(float64(below+n)/width), y.at(float64(below)/width)
			left := x.at(e.At)
			p.Bars = append(p.Bars, bar{
				Class: kindClass(kind, i), X: left, Y: top, W: round1(max(0.8, x.at(min(span, e.At+width))-left)), H: round1(foot - top),
				Title: fmt.Sprintf("%s: %d %s", elapsedText(e.At), n, kind),
			})
			below += n
		}
	}
	for _, kind := range kinds {
		p.Legend = append(p.Legend, key{Class: kindClass(kind, i), Text: fmt.Sprintf("%d %s", t.Kinds[kind], kind)})
	}
	return p
}

// joined makes bins of time wider until they hold some requests on average: one request in a short bin is no rate. Eight are
// left at least.
func joined(ends []analysis.Ends, width, span float64) ([]analysis.Ends, float64) {
	const some, least = 5, 8
	total := int64(0)
	for _, e := range ends {
		for _, n := range e.Kinds {
			total += n
		}
	}
	bins := span / width
	times := min(math.Ceil(some*bins/max(1, float64(total))), math.Floor(bins/least))
	if times <= 1 {
		return ends, width
	}
	width *= times
	var list []analysis.Ends
	for _, e := range ends {
		at := math.Floor(e.At/width) * width
		if n := len(list); n == 0 || list[n-1].At != at {
			list = append(list, analysis.Ends{At: at, Kinds: map[record.Kind]int64{}})
		}
		for kind, n := range e.Kinds {
			list[len(list)-1].Kinds[kind] += n
		}
	}
	return list, width
}

func kindClass(k record.Kind, target int) string {
	if k == record.OK {
		return targetClass(target)
	}
	return fmt.Sprintf("bad b%d", int(k)%6)
}

func rateText(v float64) string { return fmt.Sprintf("%.6g/s", v) }
