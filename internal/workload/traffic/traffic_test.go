package traffic

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/generate"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// rates is a rate series of 4 minutes: 60, 0, 120 and 30 requests.
const rates = "t_s,count\n0,60\n60,0\n120,120\n180,30\n"

func generator(rate float64, span time.Duration) v1alpha1.Traffic {
	g := workloadtest.Poisson(rate, span)
	return v1alpha1.Traffic{Generator: &g}
}

func TestFromTrafficAppliesOperationsInOrder(t *testing.T) {
	half := 0.5
	traffic := generator(20, 10*time.Minute)
	traffic.Slice = &v1alpha1.Slice{From: unit.Duration(time.Minute), To: unit.Duration(3 * time.Minute)}
	traffic.Scale = &half
	traffic.Repeat = 3
	traffic.Merge = []v1alpha1.Traffic{generator(1, time.Minute)}
	w := workloadtest.Must(Build(nil, traffic))(t)
	if span := w.Info().Span; span != 6*time.Minute {
		t.Errorf("span = %s, want 3 x 2 minutes", span)
	}
	all := workloadtest.ReadAll(t, w, 100)
	workloadtest.Near(t, "requests", float64(len(all)), 3*1200+60, 5*3*math.Sqrt(1200+60))

	// The same by hand, with the default seed.
	base := workloadtest.Must(generate.Traffic(nil, *traffic.Generator, 1))(t)
	base = workloadtest.Must(workload.Repeat(workloadtest.Must(workload.Scale(workloadtest.Must(workload.Slice(base, time.Minute, 3*time.Minute))(t), half, 1))(t), 3))(t)
	var first []workload.Request
	for _, q := range all {
		if q.At >= time.Minute { // the merged minute is over
			first = append(first, q)
		}
	}
	var want []workload.Request
	for _, q := range workloadtest.ReadAll(t, base, 512) {
		if q.At >= time.Minute {
			want = append(want, q)
		}
	}
	workloadtest.Same(t, "after the merged minute", first, want)
}

func TestSliceWithoutAnEnd(t *testing.T) {
	traffic := generator(1, 10*time.Minute)
	traffic.Slice = &v1alpha1.Slice{From: unit.Duration(4 * time.Minute)}
	if span := workloadtest.Must(Build(nil, traffic))(t).Info().Span; span != 6*time.Minute {
		t.Errorf("span = %s, want the last 6 minutes", span)
	}
}

func TestTrafficSeeds(t *testing.T) {
	one, two := uint64(1), uint64(2)
	read := func(seed *uint64) []workload.Request {
		traffic := generator(5, time.Minute)
		traffic.Seed = seed
		return workloadtest.ReadAll(t, workloadtest.Must(Build(nil, traffic))(t), 64)
	}
	workloadtest.Same(t, "seed 1 and the default", read(&one), read(nil))
	if slices.Equal(read(&one), read(&two)) {
		t.Error("seeds 1 and 2 gave the same requests")
	}
}

// TestMergedPartsAreIndependent: with the same seed or none, equal generators
// never give the same instant.
func TestMergedPartsAreIndependent(t *testing.T) {
	seed := uint64(1)
	part := generator(5, time.Minute)
	seeded := part
	seeded.Seed = &seed
	nested := part
	nested.Merge = []v1alpha1.Traffic{part, seeded}
	traffic := seeded
	traffic.Merge = []v1alpha1.Traffic{part, seeded, nested}
	all := workloadtest.ReadAll(t, workloadtest.Must(Build(nil, traffic))(t), 64)
	for i := 1; i < len(all); i++ {
		if all[i].At == all[i-1].At {
			t.Fatalf("two requests at %s", all[i].At)
		}
	}
	workloadtest.Near(t, "requests of 6 parts", float64(len(all)), 6*300, 5*math.Sqrt(6*300))

	// Another seed at the top draws all parts anew.
	seed = 2
	others := map[time.Duration]bool{}
	for _, q := range workloadtest.ReadAll(t, workloadtest.Must(Build(nil, traffic))(t), 64) {
		others[q.At] = true
	}
	for _, q := range all {
		if others[q.At] {
			t.Fatalf("seeds 1 and 2 both have a request at %s", q.At)
		}
	}
}

func TestReplay(t *testing.T) {
	open := workloadtest.Texts{"rates.csv": rates}.Open
	g := v1alpha1.Generator{Arrivals: "replay", Replay: "rates.csv"}
	g.Sizes.Output = &v1alpha1.CountDistribution{Mean: 40, CV: 1}
	w := workloadtest.Must(Build(open, v1alpha1.Traffic{Generator: &g}))(t)
	info := w.Info()
	if info.Span != 4*time.Minute || !info.HasTokens || info.HasWork {
		t.Errorf("info = %+v", info)
	}
	if got := workloadtest.Counts(t, w, time.Minute); !slices.Equal(got, []float64{60, 0, 120, 30}) {
		t.Errorf("requests per minute = %v", got)
	}
	for _, q := range workloadtest.ReadAll(t, w, 7) {
		if q.Output < 1 {
			t.Fatalf("request %+v has no size", q)
		}
	}
	g.Span = unit.Duration(2 * time.Minute)
	if got := workloadtest.ReadAll(t, workloadtest.Must(replay(open, g, 1))(t), 100); len(got) != 60 {
		t.Errorf("the first two minutes have %d requests", len(got))
	}
	g.Span = unit.Duration(time.Hour)
	if _, err := replay(open, g, 1); err == nil || !strings.Contains(err.Error(), "span: rates.csv covers 4m, got a span of 1h") {
		t.Errorf("a span beyond the series: %v", err)
	}
}

// TestReplayOfTwitter replays a day of rates per second.
func TestReplayOfTwitter(t *testing.T) {
	open, path := workloadtest.OpenReal(t), "twitter-stream-2018-d01-14.csv.gz"
	w := workloadtest.Must(replay(open, v1alpha1.Generator{Arrivals: "replay", Replay: path, Span: unit.Duration(24 * time.Hour)}, 1))(t)
	var n, early float64
	workloadtest.Each(t, w, func(q workload.Request) {
		n++
		if q.At < 12*time.Hour {
			early++
		}
	})
	if n < 4e6 || n > 8e6 || early < n/4 || early > 3*n/4 {
		t.Errorf("%g requests in a day, %g of them in its first half: the file's mean is 5.5 million a day", n, early)
	}
}

func TestTrafficFromATrace(t *testing.T) {
	open := workloadtest.Texts{"a.csv": "when,out\n0,5\n1.5,6\n2,7\n4,8\n"}.Open
	traffic := v1alpha1.Traffic{Trace: &v1alpha1.Trace{Path: "a.csv", Format: "csv", Columns: &v1alpha1.Columns{Time: "when", Output: "out"}}, Repeat: 2}
	all := workloadtest.ReadAll(t, workloadtest.Must(Build(open, traffic))(t), 3)
	if len(all) != 8 || all[3].Output != 8 || all[3].At != 4*time.Second || all[4].Output != 5 {
		t.Errorf("requests = %+v", all)
	}
}

func TestFromTrafficRefuses(t *testing.T) {
	zero := 0.0
	valid := generator(1, time.Minute)
	with := func(change func(*v1alpha1.Traffic)) v1alpha1.Traffic {
		traffic := generator(1, time.Minute)
		change(&traffic)
		return traffic
	}
	for _, test := range []struct {
		name    string
		traffic v1alpha1.Traffic
		want    string
	}{
		{"nothing", v1alpha1.Traffic{}, "trace: expected a trace or a generator"},
		{"both", with(func(t *v1alpha1.Traffic) { t.Trace = &v1alpha1.Trace{} }), "leave one of them out"},
		{"generator", generator(-1, time.Minute), "generator.rate: expected a rate above 0"},
		{"slice", with(func(t *v1alpha1.Traffic) { t.Slice = &v1alpha1.Slice{To: hour} }), "slice: expected from < to within the span of 1m"},
		{"scale", with(func(t *v1alpha1.Traffic) { t.Scale = &zero }), "scale: expected a scale above 0"},
		{"repeat", with(func(t *v1alpha1.Traffic) { t.Repeat = -1 }), "repeat: expected to repeat at least 1 time, got -1"},
		{"merge", with(func(t *v1alpha1.Traffic) { t.Merge = []v1alpha1.Traffic{valid, {}} }), "merge[1].trace: expected"},
		{"nested merge", with(func(t *v1alpha1.Traffic) {
			t.Merge = []v1alpha1.Traffic{{Generator: valid.Generator, Merge: []v1alpha1.Traffic{generator(0, time.Minute)}}}
		}), "merge[0].merge[0].generator.rate:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, err := Build(workloadtest.Texts(nil).Open, test.traffic)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("FromTraffic = %v, %v; want an error with %q", w, err, test.want)
			}
		})
	}
}

func TestMissingFilesAreNamed(t *testing.T) {
	for name, traffic := range map[string]v1alpha1.Traffic{
		"trace":  {Trace: &v1alpha1.Trace{Path: "lost.csv"}},
		"replay": {Generator: &v1alpha1.Generator{Arrivals: "replay", Replay: "lost.csv"}},
		"sizes":  {Generator: &v1alpha1.Generator{Rate: 1, Span: hour, Sizes: v1alpha1.Sizes{File: "lost.csv"}}},
	} {
		_, err := Build(workloadtest.Texts(nil).Open, traffic)
		if err == nil || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "lost.csv") {
			t.Errorf("%s: %v, want a missing lost.csv", name, err)
		}
	}
}

// TestPriority: a part of a merge has the priority that it gives, and keeps it when it is scaled and cached; what is merged
// into it has its own.
func TestPriority(t *testing.T) {
	part := func(rate float64, priority int, merge ...v1alpha1.Traffic) v1alpha1.Traffic {
		return v1alpha1.Traffic{
			Generator: &v1alpha1.Generator{Rate: unit.Rate(rate), Span: unit.Duration(1000e9)},
			Priority:  priority, Merge: merge,
		}
	}
	w, err := Build(nil, part(8, 3, part(4, 0), part(2, 7)))
	if err != nil {
		t.Fatal(err)
	}
	if w, err = workload.Cache(w, 1e6); err != nil {
		t.Fatal(err)
	}
	if w, err = workload.Scale(w, 2, 1); err != nil {
		t.Fatal(err)
	}
	if !w.Info().HasPriorities {
		t.Error("the workload does not say that it has priorities")
	}
	all, err := workload.ReadAll(w)
	if err != nil {
		t.Fatal(err)
	}
	var seen [workload.Priorities]float64
	for _, r := range all {
		seen[r.Priority]++
	}
	for priority, want := range [workload.Priorities]float64{0: 8000, 3: 16000, 7: 4000} {
		if got := seen[priority]; got < 0.9*want || got > 1.1*want {
			t.Errorf("%g requests of priority %d, want about %g", got, priority, want)
		}
	}
}

func TestReplayRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		g    v1alpha1.Generator
		want string
	}{
		{"replay of nothing", v1alpha1.Generator{Arrivals: "replay"}, "replay: expected the path"},
		{"replay with rate", v1alpha1.Generator{Arrivals: "replay", Replay: "x", Rate: 1}, "leave out rate"},
		{"replay with a shape", v1alpha1.Generator{Arrivals: "replay", Replay: "x", Weekly: &v1alpha1.Weekly{}}, "leave out daily"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, err := replay(nil, test.g, 1)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("replay = %v, %v; want an error with %q", w, err, test.want)
			}
		})
	}
}
