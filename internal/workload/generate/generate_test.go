package generate

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

func TestRenewalRateAndCV(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		arrivals string
		cv       float64
	}{
		{"poisson", 1},
		{"gamma", 0},
		{"gamma", 0.4},
		{"gamma", 1},
		{"gamma", 3},
		{"weibull", 0.4},
		{"weibull", 2.5},
	} {
		t.Run(fmt.Sprintf("%s cv %g", test.arrivals, test.cv), func(t *testing.T) {
			g := v1alpha1.Generator{Arrivals: test.arrivals, CV: &test.cv, Rate: 50, Span: 4 * hour}
			rate, cv := workloadtest.Moments(t, workloadtest.Must(Traffic(nil, g, 1))(t))
			// The count of a renewal process has a variance of about cv^2 times its mean.
			workloadtest.Near(t, "rate", rate, 50, 5*test.cv*50/math.Sqrt(50*4*3600)+1e-4)
			workloadtest.Near(t, "cv of the gaps", cv, test.cv, 0.02*test.cv+1e-6)
		})
	}
}

// TestRenewalIsStationary: a span of a few gaps has rate x span requests on
// average, however bursty, and so has each half of it.
func TestRenewalIsStationary(t *testing.T) {
	t.Parallel()
	seeds := longtest.Pick(1000.0, 10_000)
	for _, test := range []struct {
		arrivals string
		cv       float64
	}{{"poisson", 1}, {"gamma", 0}, {"gamma", 4}, {"weibull", 4}, {"gamma", 0.3}, {"weibull", 0.3}} {
		var halves [2]float64
		var squares float64
		for seed := range uint64(seeds) {
			g := v1alpha1.Generator{Arrivals: test.arrivals, CV: &test.cv, Rate: 1, Span: unit.Duration(10 * time.Second)}
			var n float64
			workloadtest.Each(t, workloadtest.Must(Traffic(nil, g, seed))(t), func(q workload.Request) {
				halves[q.At/(5*time.Second)]++
				n++
			})
			squares += n * n
		}
		total := halves[0] + halves[1]
		sigma := math.Sqrt((squares/seeds-math.Pow(total/seeds, 2))/seeds) + 1e-6
		workloadtest.Near(t, fmt.Sprintf("requests of %s cv %g", test.arrivals, test.cv), total/seeds, 10, 5*sigma)
		workloadtest.Near(t, fmt.Sprintf("requests of %s cv %g in the first half", test.arrivals, test.cv), halves[0]/seeds, 5, 5*sigma)
	}
}

// TestTimeRescalingKeepsTheCV undoes the daily shape with its analytic integral:
// what is left has to be the unit renewal process, cv and all.
func TestTimeRescalingKeepsTheCV(t *testing.T) {
	t.Parallel()
	cv := 0.3
	peak := unit.Duration(5 * time.Hour)
	g := v1alpha1.Generator{Arrivals: "gamma", CV: &cv, Rate: 5, Span: 48 * hour, Daily: &v1alpha1.Daily{PeakToMean: 1.9, PeakAt: &peak}}
	integral := func(at time.Duration) float64 {
		w := 2 * math.Pi / 86400
		s := at.Seconds()
		return 5 * (s + 0.9/w*(math.Sin(w*(s-5*3600))-math.Sin(w*-5*3600)))
	}
	var last, n, sum, squares float64
	workloadtest.Each(t, workloadtest.Must(Traffic(nil, g, 3))(t), func(q workload.Request) {
		u := integral(q.At)
		if n++; n > 1 {
			sum += u - last
			squares += (u - last) * (u - last)
		}
		last = u
	})
	mean := sum / (n - 1)
	workloadtest.Near(t, "mean gap in operational time", mean, 1, 0.003)
	workloadtest.Near(t, "cv in operational time", math.Sqrt(squares/(n-1)-mean*mean)/mean, cv, 0.005)
}

func TestMMPP(t *testing.T) {
	t.Parallel()
	g := v1alpha1.Generator{Arrivals: "mmpp", Span: 200 * hour, States: []v1alpha1.MMPPState{
		{Rate: 0, Dwell: unit.Duration(60 * time.Second)},
		{Rate: 2, Dwell: unit.Duration(30 * time.Second)},
		{Rate: 40, Dwell: unit.Duration(10 * time.Second)},
	}}
	w := workloadtest.Must(Traffic(nil, g, 1))(t)
	rate, cv := workloadtest.Moments(t, w)
	want := (2*30 + 40*10) / 100.0 // the share of time is that of the dwells
	// 7200 cycles of three states; the peak state's exponential dwell dominates the variance of the count.
	workloadtest.Near(t, "rate", rate, want, 5*want*1.3/math.Sqrt(7200))
	if cv < 3 {
		t.Errorf("cv of the gaps = %g: three states so different are far burstier than Poisson", cv)
	}
	idle := 0.0
	seconds := workloadtest.Counts(t, w, time.Second)
	for _, c := range seconds {
		if c == 0 {
			idle++
		}
	}
	// No arrivals in all of the first state, and in e^-2 of the seconds of the second.
	workloadtest.Near(t, "share of idle seconds", idle/float64(len(seconds)), 0.6+0.3*math.Exp(-2), 0.03)
}

// TestMMPPStartsStationary: the first second has the mean rate too.
func TestMMPPStartsStationary(t *testing.T) {
	t.Parallel()
	seeds := longtest.Pick(1000.0, 10_000)
	g := v1alpha1.Generator{Arrivals: "mmpp", Span: unit.Duration(time.Second), States: []v1alpha1.MMPPState{
		{Rate: 1, Dwell: 3 * hour}, {Rate: 9, Dwell: hour},
	}}
	var n float64
	for seed := range uint64(seeds) {
		workloadtest.Each(t, workloadtest.Must(Traffic(nil, g, seed))(t), func(workload.Request) { n++ })
	}
	workloadtest.Near(t, "requests in the first second", n/seeds, 3, 5*math.Sqrt(3+12)/math.Sqrt(seeds))
}

// TestMMPPOfOneStateIsPoisson: with nowhere to go it stays, however short the dwell.
func TestMMPPOfOneStateIsPoisson(t *testing.T) {
	one := workloadtest.Must(Traffic(nil, v1alpha1.Generator{Arrivals: "mmpp", Span: hour, States: []v1alpha1.MMPPState{{Rate: 3, Dwell: unit.Duration(time.Second)}}}, 4))(t)
	rate, cv := workloadtest.Moments(t, one)
	workloadtest.Near(t, "rate", rate, 3, 5*math.Sqrt(3/3600.0))
	workloadtest.Near(t, "cv", cv, 1, 0.05)
}

func TestGeneratorRefuses(t *testing.T) {
	cv := func(f float64) *float64 { return &f }
	state := v1alpha1.MMPPState{Rate: 1, Dwell: hour}
	for _, test := range []struct {
		name string
		g    v1alpha1.Generator
		want string
	}{
		{"no span", v1alpha1.Generator{Rate: 1}, "span: expected a duration above 0"},
		{"negative span", v1alpha1.Generator{Rate: 1, Span: -hour}, "span:"},
		{"no rate", v1alpha1.Generator{Span: hour}, "rate: expected a rate above 0"},
		{"rate NaN", v1alpha1.Generator{Rate: unit.Rate(math.NaN()), Span: hour}, "rate:"},
		{"rate too high", v1alpha1.Generator{Rate: 1e10, Span: hour}, "rate: expected a rate from 0 to 1e+09/s"},
		{"unknown arrivals", v1alpha1.Generator{Arrivals: "pareto", Rate: 1, Span: hour}, `arrivals: expected poisson, gamma, weibull, mmpp or replay, got "pareto"`},
		{"cv of poisson", v1alpha1.Generator{Rate: 1, CV: cv(2), Span: hour}, "cv: poisson arrivals have none"},
		{"negative cv", v1alpha1.Generator{Arrivals: "gamma", Rate: 1, CV: cv(-1), Span: hour}, "cv:"},
		{"cv NaN", v1alpha1.Generator{Arrivals: "weibull", Rate: 1, CV: cv(math.NaN()), Span: hour}, "cv:"},
		{"cv without digits", v1alpha1.Generator{Arrivals: "weibull", Rate: 1, CV: cv(1e-7), Span: hour}, "cv:"},
		{"states of poisson", v1alpha1.Generator{Rate: 1, Span: hour, States: []v1alpha1.MMPPState{state}}, "states: only"},
		{"mmpp without states", v1alpha1.Generator{Arrivals: "mmpp", Span: hour}, "states:"},
		{"mmpp with rate", v1alpha1.Generator{Arrivals: "mmpp", Rate: 1, Span: hour, States: []v1alpha1.MMPPState{state}}, "rate:"},
		{"mmpp without requests", v1alpha1.Generator{Arrivals: "mmpp", Span: hour, States: []v1alpha1.MMPPState{{Dwell: hour}}}, "at least one state with a rate above 0"},
		{"mmpp without dwell", v1alpha1.Generator{Arrivals: "mmpp", Span: hour, States: []v1alpha1.MMPPState{state, {Rate: 1}}}, "states[1].dwell:"},
		{"mmpp with a negative rate", v1alpha1.Generator{Arrivals: "mmpp", Span: hour, States: []v1alpha1.MMPPState{{Rate: -1, Dwell: hour}}}, "states[0].rate:"},
		{"mmpp that never gets on", v1alpha1.Generator{Arrivals: "mmpp", Span: 1e5 * hour, States: []v1alpha1.MMPPState{{Rate: 1, Dwell: 1}, {Rate: 2, Dwell: 1}}}, "expected longer dwells"},
		{"daily", v1alpha1.Generator{Rate: 1, Span: hour, Daily: &v1alpha1.Daily{PeakToMean: 2.5}}, "daily.peakToMean: expected a number from 1 to 2"},
		{"weekly", v1alpha1.Generator{Rate: 1, Span: hour, Weekly: &v1alpha1.Weekly{Weekend: -1}}, "weekly.weekend:"},
		{"flash", v1alpha1.Generator{Rate: 1, Span: hour, Flash: []v1alpha1.Flash{{Duration: hour, Factor: 2}, {Factor: 2}}}, "flash[1]:"},
		{"flash factor", v1alpha1.Generator{Rate: 1, Span: hour, Flash: []v1alpha1.Flash{{Duration: hour, Factor: math.Inf(1)}}}, "flash[0]: factor:"},
		{"path without replay", v1alpha1.Generator{Replay: "x", Rate: 1, Span: hour}, "replay: only"},
		{"sizes", v1alpha1.Generator{Rate: 1, Span: hour, Sizes: v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Mean: -1}}}, "sizes.input:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, err := Traffic(nil, test.g, 1)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Generate = %v, %v; want an error with %q", w, err, test.want)
			}
		})
	}
}

// TestScaleBeyondARate: what is made again at another rate must still have one.
func TestScaleBeyondARate(t *testing.T) {
	w := workloadtest.Must(Traffic(nil, workloadtest.Poisson(1, time.Hour), 1))(t)
	if w, err := workload.Scale(workloadtest.Must(workload.Scale(w, 1e6, 1))(t), 1e6, 1); err == nil {
		t.Errorf("%v, want an error", w)
	}
}

func TestReadOfNothing(t *testing.T) {
	w := workloadtest.Must(Traffic(nil, workloadtest.Poisson(1, time.Hour), 1))(t)
	if n, err := workloadtest.Must(w.Open())(t).Read(nil); n != 0 || !errors.Is(err, io.ErrShortBuffer) {
		t.Errorf("Read(nil) = %d, %v; want io.ErrShortBuffer", n, err)
	}
}
