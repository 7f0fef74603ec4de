package generate

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

func TestDailyShape(t *testing.T) {
	t.Parallel()
	days := longtest.Pick(6, 30)
	peak := unit.Duration(9 * time.Hour)
	g := workloadtest.Poisson(20, time.Duration(days)*24*time.Hour)
	g.Daily = &v1alpha1.Daily{PeakToMean: 1.7, PeakAt: &peak}
	w := workloadtest.Must(Traffic(nil, g, 1))(t)
	if notes := w.Info().Notes; len(notes) > 0 {
		t.Errorf("notes on whole days: %q", notes)
	}
	var hours [24]float64
	for i, c := range workloadtest.Counts(t, w, time.Hour) {
		hours[i%24] += c / float64(days*3600)
	}
	var total float64
	for h, rate := range hours {
		// The mean over an hour of the raised cosine.
		x := 2 * math.Pi / 24
		shape := 1 + 0.7*(math.Sin(x*(float64(h)+1-9))-math.Sin(x*(float64(h)-9)))/x
		workloadtest.Near(t, "rate in hour", rate, 20*shape, 5*math.Sqrt(20*shape/float64(days*3600)))
		total += rate / 24
	}
	workloadtest.Near(t, "mean rate", total, 20, 5*math.Sqrt(20/float64(days*86400)))
}

func TestDailyPeakDefaultsToTheAfternoon(t *testing.T) {
	g := workloadtest.Poisson(1, time.Hour)
	g.Daily = &v1alpha1.Daily{PeakToMean: 2}
	m := workloadtest.Must(newModulation(g))(t)
	peak, trough := m.dailyMean(dayNS*14/24, dayNS*14/24+1), m.dailyMean(dayNS*2/24, dayNS*2/24+1)
	workloadtest.Near(t, "factor at 14 h", peak, 2, 1e-9)
	workloadtest.Near(t, "factor at 2 h", trough, 0, 1e-9)
}

func TestWeeklyShape(t *testing.T) {
	t.Parallel()
	weeks := longtest.Pick(2, 5)
	g := workloadtest.Poisson(10, time.Duration(weeks)*7*24*time.Hour)
	g.Weekly = &v1alpha1.Weekly{Weekend: 0.25}
	w := workloadtest.Must(Traffic(nil, g, 1))(t)
	var days [7]float64
	var total float64
	for i, c := range workloadtest.Counts(t, w, 24*time.Hour) {
		days[i%7] += c / float64(weeks*86400)
		total += c
	}
	weekday := 10 * 7 / 5.5
	for d, rate := range days {
		want := weekday
		if d >= 5 {
			want = weekday / 4
		}
		workloadtest.Near(t, "rate on day", rate, want, 5*math.Sqrt(want/float64(weeks*86400)))
	}
	workloadtest.Near(t, "mean rate", total/float64(weeks*7*86400), 10, 5*math.Sqrt(10/float64(weeks*7*86400)))
}

func TestFlashCrowd(t *testing.T) {
	g := workloadtest.Poisson(10, 3*time.Hour)
	g.Flash = []v1alpha1.Flash{
		{At: hour, Duration: hour / 2, Factor: 8},
		{At: hour + hour/4, Duration: hour, Factor: 0.5}, // half of the time on top of the first
	}
	w := workloadtest.Must(Traffic(nil, g, 2))(t)
	quarters := workloadtest.Counts(t, w, 15*time.Minute)
	for i, factor := range []float64{1, 1, 1, 1, 8, 4, 0.5, 0.5, 0.5, 1, 1, 1} {
		workloadtest.Near(t, "requests in a quarter", quarters[i], 9000*factor, 5*math.Sqrt(9000*factor))
	}
	notes := strings.Join(w.Info().Notes, "\n")
	if !strings.Contains(notes, "the mean rate over the span is 17.08/s, not 10/s") {
		t.Errorf("notes = %q, want the mean rate with the crowds", notes)
	}
}

func TestPartOfADayIsNoted(t *testing.T) {
	g := workloadtest.Poisson(10, 6*time.Hour)
	g.Daily = &v1alpha1.Daily{PeakToMean: 2}
	notes := workloadtest.Must(Traffic(nil, g, 1))(t).Info().Notes
	if len(notes) != 1 || !strings.Contains(notes[0], "not 10/s") {
		t.Errorf("notes = %q: the first six hours are the quiet ones", notes)
	}
}

// TestMeanUntilIsTheIntegralOfTheSteps, also where it takes weeks as a whole.
func TestMeanUntilIsTheIntegralOfTheSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGenerator(t)
		m, err := newModulation(g)
		if err != nil {
			t.Fatal(err)
		}
		span := float64(g.Span)
		var integral float64
		for now := 0.0; now < span; {
			end, factor := m.step(now)
			if !(end > now) || !(factor >= 0) {
				t.Fatalf("step from %g to %g with factor %g", now, end, factor)
			}
			integral += factor * (math.Min(end, span) - now)
			now = end
		}
		if got, want := m.meanUntil(g.Span.Std()), integral/span; math.Abs(got-want) > 1e-6*(1+want) {
			t.Fatalf("meanUntil(%s) = %g, want %g", g.Span, got, want)
		}
	})
}
