package trace

import (
	"context"
	"math"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// published is a row of the statistics that were computed independently when
// the traces were collected. A figure of 0 is not given; none is one that must be absent.
type published struct {
	trace                           v1alpha1.Trace
	requests                        int64
	rate, second, minute, hourtrace float64
	cv, dispersion, idle            float64
	clientCV, tenMinutes            float64
	input, output, work             *workload.SizeDescription
	gaps                            time.Duration
}

const none = -1

// rounds tells whether got rounds to want, a figure with so many digits after the point.
func rounds(got *float64, want float64, digits int) bool {
	if want == none {
		return got == nil
	}
	return got != nil && math.Abs(*got-want) <= 0.5000001*math.Pow10(-digits)
}

func TestDescribeReproducesPublishedStatistics(t *testing.T) {
	open := workloadtest.OpenReal(t)
	functions := func(name string) v1alpha1.Trace {
		return v1alpha1.Trace{
			Path: "azure-functions-2019-" + name + "-invocations.csv.gz", Durations: "azure-functions-2019-" + name + "-durations.csv.gz",
			Memory: "azure-functions-2019-" + name + "-memory.csv.gz",
		}
	}
	for _, want := range []published{
		{
			trace: v1alpha1.Trace{Path: "azure-llm-2023-conv.csv.gz"}, requests: 19366, rate: 5.53042,
			second: 2.89, minute: 1.54, hourtrace: none, cv: 1.094, dispersion: 20.55,
			input:  &workload.SizeDescription{Mean: 1154.7, P50: 1020, P95: 4083, P99: 4142, Max: 14050},
			output: &workload.SizeDescription{Mean: 211.1, P50: 129, P95: 451, P99: 601, Max: 1000},
		},
		{
			trace: v1alpha1.Trace{Path: "mooncake-fast25-synthetic.jsonl.gz"}, requests: 3993, rate: 3.90695,
			second: 3.33, minute: 1.23, hourtrace: none, cv: 1.011, dispersion: 12.98,
			input:  &workload.SizeDescription{Mean: 15325.5, P50: 11587, P95: 49009, P99: 66458, Max: 191378},
			output: &workload.SizeDescription{Mean: 149.1, P50: 69, P95: 519, P99: 769, Max: 893},
		},
		{
			trace: v1alpha1.Trace{Path: "alibaba-gentd26-t2i-2024-11-15_27.csv.gz"}, requests: 11285, rate: 0.01062,
			second: 282.36, minute: 20.39, hourtrace: 9.36, cv: 11.645, dispersion: 3.25, idle: 0.753,
			work: &workload.SizeDescription{Mean: 26.9, P50: 22, P95: 63, P99: 92, Max: 567},
		},
		{
			trace: functions("dayA"), requests: 977155, rate: 11.3097, second: none, minute: 2.37, hourtrace: 1.36, cv: none, dispersion: 31.36,
		},
		{
			trace: functions("8h500a"), requests: 328466, rate: 11.4051, second: none, minute: 2.29, hourtrace: 1.06, cv: none, dispersion: 13.71,
		},
		{
			trace: v1alpha1.Trace{Path: "twitter-stream-2018-d01-14.csv.gz"}, requests: 76878572, rate: 64.8626,
			second: 5.98, minute: 4.63, hourtrace: 2.07, cv: none, dispersion: 1457.11, gaps: 14*1739*time.Second + 2*time.Second,
		},
		{
			trace: v1alpha1.Trace{Path: "worldcup98-0430-0624-1m.csv.gz"}, requests: 727353851, rate: 152.7733,
			second: none, minute: 18.44, hourtrace: 13.01, cv: none, dispersion: 25198.24,
		},
		{
			trace:    v1alpha1.Trace{Path: "servegen-m-small-rates.csv.gz"},
			requests: 1420558774, rate: 1174.404, second: none, minute: none, tenMinutes: 3.3, cv: none, dispersion: none, idle: none, clientCV: 3.58,
		},
		{
			trace:    v1alpha1.Trace{Path: "servegen-mm-image-rates.csv.gz", Tokens: "servegen-mm-image-tokens.csv.gz"},
			requests: 818610, rate: 9.475, second: none, minute: none, tenMinutes: 1.4, cv: none, dispersion: none, idle: none, clientCV: 2.21,
		},
	} {
		t.Run(want.trace.Path, func(t *testing.T) {
			t.Parallel()
			w, err := Read(open, want.trace, 1)
			if err != nil {
				t.Fatal(err)
			}
			got, err := workload.Describe(context.Background(), w)
			if err != nil {
				t.Fatal(err)
			}
			want.check(t, got)
		})
	}
}

func (want published) check(t *testing.T, got workload.Description) {
	t.Helper()
	if got.Requests != want.requests || got.Gaps != want.gaps || got.Info.BadRows != 0 {
		t.Errorf("%d requests, gaps %s, %d bad rows; want %d, %s, 0", got.Requests, got.Gaps, got.Info.BadRows, want.requests, want.gaps)
	}
	// The span of a trace of n events is taken as n gaps here, and as n - 1 in the published rates.
	if math.Abs(got.Rate/want.rate-1) > 5e-4 {
		t.Errorf("rate %g, want %g", got.Rate, want.rate)
	}
	peaks := map[time.Duration]*float64{}
	for _, p := range got.Peaks {
		peaks[p.Window] = p.Ratio
	}
	for _, f := range []struct {
		name   string
		got    *float64
		want   float64
		digits int
	}{
		{"peak/mean 1 s", peaks[time.Second], want.second, 2},
		{"peak/mean 1 min", peaks[time.Minute], want.minute, 2},
		{"cv", got.CV, want.cv, 3},
		{"index of dispersion", got.Dispersion, want.dispersion, 2},
		{"idle minutes", got.IdleMinutes, want.idle, 3},
	} {
		if !rounds(f.got, f.want, f.digits) {
			t.Errorf("%s: %v, want %g", f.name, shown(f.got), f.want)
		}
	}
	if want.hourtrace != 0 && !rounds(peaks[time.Hour], want.hourtrace, 2) {
		t.Errorf("peak/mean 1 h: %v, want %g", shown(peaks[time.Hour]), want.hourtrace)
	}
	if want.tenMinutes != 0 && (!rounds(peaks[10*time.Minute], want.tenMinutes, 1) || !rounds(got.ClientCV, want.clientCV, 2)) {
		t.Errorf("peak/mean 10 min %v, cv of clients %v; want %g, %g", shown(peaks[10*time.Minute]), shown(got.ClientCV), want.tenMinutes, want.clientCV)
	}
	checkSizes(t, "input", got.Input, want.input)
	checkSizes(t, "output", got.Output, want.output)
	checkSizes(t, "work", got.Work, want.work)
}

func checkSizes(t *testing.T, name string, got, want *workload.SizeDescription) {
	t.Helper()
	if want == nil {
		return
	}
	if got == nil || !rounds(&got.Mean, want.Mean, 1) || got.P50 != want.P50 || got.P95 != want.P95 || got.P99 != want.P99 || got.Max != want.Max {
		t.Errorf("%s: %+v, want %+v", name, got, want)
	}
}

func shown(f *float64) any {
	if f == nil {
		return "-"
	}
	return *f
}
