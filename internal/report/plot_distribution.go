package report

import (
	"fmt"
	"math"

	"fulcrum.dev/fulcrum/internal/analysis"
)

// distributionPlot shows the percentiles of a metric; each step to the right is a tenth of what lay beyond before.
func distributionPlot(a *analysis.Result, metric string) *plot {
	p := newPlot("Distribution of "+metric, 260, 64)
	p.Summary = "The time that a share of the answers did not exceed, up to p99.9."
	low, high, any := math.Inf(1), 0.0, false
	curves := make([][]analysis.Percentage, len(a.Targets))
	for i := range a.Targets {
		for _, d := range a.Targets[i].Curves.Distributions {
			if d.Metric == metric && len(d.Curve) > 1 {
				curves[i], any = d.Curve, true
				low, high = min(low, d.Curve[0].Value), max(high, d.Curve[len(d.Curve)-1].Value)
			}
		}
	}
	if !any {
		return nil
	}
	x, y := axis{high: 3, from: p.Left, to: p.Right}, timeAxis(low, high, p.Bottom, p.Top)
	beyond := func(percent float64) float64 { return x.at(-math.Log10(1 - percent/100)) }
	for _, percent := range []float64{0, 50, 75, 90, 95, 99, 99.5, 99.9} {
		p.XTicks = append(p.XTicks, tick{At: beyond(percent), Text: fmt.Sprintf("p%g", percent)})
	}
	p.YTicks = y.ticks(tickTime, 7)
	for i, curve := range curves {
		var points []xy
		for _, c := range curve {
			points = append(points, xy{beyond(min(c.P, 99.9)), y.at(c.Value)})
		}
		if len(points) > 0 {
			p.Paths = append(p.Paths, path{Class: "line " + targetClass(i), D: line(points, math.Inf(1))})
			p.Legend = append(p.Legend, key{Class: targetClass(i), Text: a.Targets[i].Name})
		}
	}
	return p
}

// ratioPlot shows ratios with their intervals around 1.
func ratioPlot(title string, rows []ratioRow) *plot {
	const height = 24
	longest := 0
	for _, r := range rows {
		longest = max(longest, len([]rune(r.Name())))
	}
	p := newPlot(title, 40+height*float64(len(rows)), min(480, 30+6.4*float64(longest))) // about as wide as a letter is
	p.Summary = "Each line is an interval of 95 %, the dot its estimate; left of 1 the first one is faster."
	low, high := 0.8, 1.25
	for _, r := range rows {
		for _, v := range []float64{r.Ratio.Value, r.Ratio.Low, r.Ratio.High} {
			if v > 0 {
				low, high = min(low, v*0.9), max(high, v*1.1)
			}
		}
	}
	x := axis{low: low, high: high, log: true, from: p.Left, to: p.Right}
	p.Rules = append(p.Rules, rule{Vertical: true, At: x.at(1)})
	p.XTicks = ratioTicks(x)
	for i, r := range rows {
		y := p.Top + height*(float64(i)+0.5)
		class := "none"
		switch {
		case r.Ratio.High < 1:
			class = "better"
		case r.Ratio.Low > 1:
			class = "worse"
		}
		p.Texts = append(p.Texts, label{Class: "row", Anchor: "end", X: p.Left - 10, Y: y + 4, Text: r.Name()})
		p.Paths = append(p.Paths, path{Class: "line wide " + class, D: line([]xy{{x.at(r.Ratio.Low), y}, {x.at(r.Ratio.High), y}}, math.Inf(1))})
		p.Dots = append(p.Dots, dot{Class: class, X: x.at(r.Ratio.Value), Y: y, R: 4, Title: ratioText(r.Ratio)})
	}
	return p
}

// ratioTicks are few: 1, and round factors on either side.
func ratioTicks(x axis) []tick {
	var list []tick
	for _, v := range []float64{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 20, 50, 100} {
		near := math.Abs(x.at(v)-x.at(1)) < 30 && v != 1
		if v >= x.low && v <= x.high && !near {
			list = append(list, tick{At: x.at(v), Text: fmt.Sprintf("%g", v)})
		}
	}
	return list
}
