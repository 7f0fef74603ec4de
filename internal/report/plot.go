package report

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// plot is a drawing of SVG in its own units, which the template writes out. Texts are written as they are, and escaped there.
type plot struct {
	Title, Summary string // the accessible name, and what there is to see
	Width, Height  float64
	Left, Right    float64 // of the frame
	Top, Bottom    float64
	XTicks, YTicks []tick
	Paths          []path
	Bars           []bar
	Dots           []dot
	Rules          []rule
	Texts          []label
	Legend         []key
}

type (
	tick struct {
		At   float64
		Text string
	}
	// path is a line, or an area, by its class.
	path struct{ Class, D string }
	bar  struct {
		Class      string
		X, Y, W, H float64
		Title      string
	}
	dot struct {
		Class   string
		X, Y, R float64
		Title   string
	}
	// rule is a straight line from edge to edge with a word on it.
	rule struct {
		Vertical bool
		At       float64
		Text     string
	}
	label struct {
		Class, Anchor string
		X, Y          float64
		Text          string
	}
	key struct{ Class, Text string }
)

// newPlot has room on the left for labels of the given width.
func newPlot(title string, height, left float64) *plot {
	const width = 960
	return &plot{Title: title, Width: width, Height: height, Left: left, Right: width - 16, Top: 12, Bottom: height - 28}
}

// axis turns values into places.
type axis struct {
	low, high float64
	log       bool
	from, to  float64
}

func (a axis) at(v float64) float64 {
	x, low, high := v, a.low, a.high
	if a.log {
		x, low, high = math.Log10(max(v, a.low)), math.Log10(a.low), math.Log10(a.high)
	}
	share := 0.5
	if high > low {
		share = min(1, max(0, (x-low)/(high-low)))
	}
	return round1(a.from + share*(a.to-a.from))
}

// round1 keeps a file small and the same on every machine.
func round1(x float64) float64 { return math.Round(x*10) / 10 }

// timeAxis is of latencies: logarithmic where they lie far apart.
func timeAxis(low, high, from, to float64) axis {
	if !(high > 0) {
		high = 1
	}
	if low > 0 && high/low > 20 {
		return axis{low: low * 0.9, high: high * 1.1, log: true, from: from, to: to}
	}
	return axis{high: high * 1.05, from: from, to: to}
}

// ticks are round values with their names, no nearer to each other than they can be read.
func (a axis) ticks(name func(float64) string, most int) []tick {
	var list []tick
	for _, v := range a.roundValues(most) {
		list = append(list, tick{At: a.at(v), Text: name(v)})
	}
	return list
}

func (a axis) roundValues(most int) []float64 {
	var list []float64
	if a.log {
		for _, steps := range [][]float64{{1, 2, 5}, {1, 3}, {1}} {
			list = nil
			for e := math.Floor(math.Log10(a.low)); e <= math.Log10(a.high); e++ {
				for _, s := range steps {
					if v := s * math.Pow(10, e); v >= a.low && v <= a.high {
						list = append(list, v)
					}
				}
			}
			if len(list) <= most {
				return list
			}
		}
		return list
	}
	step := roundStep((a.high - a.low) / float64(most))
	for i := math.Ceil(a.low / step); i*step <= a.high && len(list) <= 2*most; i++ {
		list = append(list, i*step)
	}
	return list
}

// roundStep is the smallest of 1, 2 and 5 times a power of ten that is at least the given one.
func roundStep(least float64) float64 {
	if !(least > 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(least)))
	for _, n := range []float64{1, 2, 5} {
		if n*unit >= least*(1-1e-9) {
			return n * unit
		}
	}
	return 10 * unit
}

// tickTime writes a round time.
func tickTime(s float64) string {
	if s == 0 {
		return "0"
	}
	return strings.ReplaceAll(time.Duration(math.Round(s*1e9)).String(), "µs", "us")
}

// elapsedAxis is of the time since the start of a run, with ticks at round minutes and hours.
func elapsedAxis(span, from, to float64) (axis, []tick) {
	a := axis{high: max(span, 1e-3), from: from, to: to}
	steps := []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400}
	step := roundStep(a.high / 8)
	for _, s := range steps {
		if s >= a.high/8 && a.high > 8 {
			step = s
			break
		}
	}
	var list []tick
	for i := 0.0; i*step <= a.high; i++ {
		list = append(list, tick{At: a.at(i * step), Text: elapsedText(i * step)})
	}
	return a, list
}

func elapsedText(s float64) string {
	switch d := time.Duration(math.Round(s * 1e9)); {
	case d == 0:
		return "0"
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	default:
		return d.String()
	}
}

// xy is one place of a path.
type xy struct{ x, y float64 }

// line draws through points, and begins anew behind a gap that is wider than the given one.
func line(points []xy, gap float64) string {
	var b strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 || p.x-points[i-1].x > gap {
			command = "M"
		}
		fmt.Fprintf(&b, "%s%.1f %.1f", command, p.x, p.y)
	}
	return b.String()
}

// area fills between two lines over the same places.
func area(upper, lower []xy, gap float64) string {
	var b strings.Builder
	for from := 0; from < len(upper); {
		to := from + 1
		for to < len(upper) && upper[to].x-upper[to-1].x <= gap {
			to++
		}
		if to-from > 1 {
			b.WriteString(line(upper[from:to], math.Inf(1)))
			for i := to - 1; i >= from; i-- {
				fmt.Fprintf(&b, "L%.1f %.1f", lower[i].x, lower[i].y)
			}
			b.WriteString("Z")
		}
		from = to
	}
	return b.String()
}
