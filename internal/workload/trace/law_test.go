package trace

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/longtest"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/rows"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// samples is one trace of each format with its companions.
var samples = []struct {
	trace v1alpha1.Trace
	text  string
}{
	{v1alpha1.Trace{Format: formatAzureLLM}, azureSample},
	{v1alpha1.Trace{Format: formatMooncake}, mooncakeSample},
	{v1alpha1.Trace{Format: formatCSV}, alibabaSample},
	{v1alpha1.Trace{Format: formatCSV, Columns: genericCSV}, csvSample},
	{v1alpha1.Trace{Format: formatJSONL, Columns: genericJSON}, jsonSample},
	{v1alpha1.Trace{Format: formatCombined}, combinedSample},
	{v1alpha1.Trace{Format: formatRates}, ratesSample},
	{v1alpha1.Trace{Format: formatRates}, periodSample},
	{v1alpha1.Trace{Format: formatAzureFunctions, Durations: "dur", Memory: "mem"}, functionsSample},
	{v1alpha1.Trace{Format: formatServeGen, Tokens: "tok"}, serveGenSample},
}

var companions = workloadtest.Texts{"dur": durationsSample, "mem": memorySample, "tok": tokensSample}

func TestPackedTracesAreTheSame(t *testing.T) {
	for _, sample := range samples {
		sample.trace.Path = "x"
		var want []workload.Request
		for _, text := range []string{sample.text, gzipText(t, sample.text), zstdText(t, sample.text), sample.text} {
			w, err := Read(companions.With("x", text).Open, sample.trace, 5)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				got, err := workload.ReadAll(w)
				if err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = got
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: (-first +now)\n%s", sample.trace.Format, diff)
				}
			}
		}
	}
}

// A trace of rows that are a little out of order gives the same requests as the sorted one.
func TestSmallDisorderIsSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stamps := rapid.SliceOfN(rapid.IntRange(0, 5000), 2, 300).Draw(t, "stamps")
		stamps = append(stamps, 0, 5001) // two different times at least
		var b strings.Builder
		b.WriteString("t,n\n")
		for i, s := range stamps {
			fmt.Fprintf(&b, "%d,%d\n", s, i)
		}
		w, err := Read(workloadtest.Texts{"x": b.String()}.Open, v1alpha1.Trace{Path: "x", Columns: &v1alpha1.Columns{Time: "t", Input: "n"}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := workload.ReadAll(w)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]workload.Request, len(stamps))
		for i, s := range stamps {
			want[i] = workload.Request{At: time.Duration(s) * time.Second, Input: int32(i)}
		}
		sort.SliceStable(want, func(i, j int) bool { return want[i].At < want[j].At })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
		late := 0
		for i := 1; i < len(stamps); i++ {
			if stamps[i] < stamps[i-1] {
				late++
			}
		}
		if notes := strings.Join(w.Info().Notes, "\n"); (late > 0) != strings.Contains(notes, "out of order") {
			t.Fatalf("%d descents, notes %q", late, notes)
		}
	})
}

// A row may come reorderWindow rows too late, and not one more.
func TestReorderWindowIsExact(t *testing.T) {
	for _, before := range []int{1, rows.ReorderWindow, 2*rows.ReorderWindow - 1, 3*rows.ReorderWindow + 7} {
		for _, late := range []int{rows.ReorderWindow, rows.ReorderWindow + 1} {
			if before+late > 4*rows.ReorderWindow {
				continue
			}
			var b strings.Builder
			b.WriteString("t\n")
			for i := range before {
				fmt.Fprintf(&b, "%d\n", i)
			}
			for i := range late {
				fmt.Fprintf(&b, "%d\n", before+1+i)
			}
			fmt.Fprintf(&b, "%d\n", before) // behind the late rows
			_, err := Read(workloadtest.Texts{"x": b.String()}.Open, v1alpha1.Trace{Path: "x", Columns: &v1alpha1.Columns{Time: "t"}}, 1)
			if late <= rows.ReorderWindow && err != nil {
				t.Errorf("%d rows, then one %d too late: %v", before, late, err)
			}
			want := fmt.Sprintf("trace x: line %d: t: earlier than a row more than 10000 rows before it: sort the trace by time", before+late+2)
			if late > rows.ReorderWindow && (err == nil || err.Error() != want) {
				t.Errorf("%d rows, then one %d too late: error %v, want %s", before, late, err, want)
			}
		}
	}
}

// rowsOnDemand is a trace that is written while it is read.
type rowsOnDemand struct {
	next, rows int
	buffer     bytes.Buffer
}

func (r *rowsOnDemand) Read(p []byte) (int, error) {
	for r.buffer.Len() < len(p) && r.next < r.rows {
		if r.next == 0 {
			r.buffer.WriteString("t,in,out\n")
		}
		fmt.Fprintf(&r.buffer, "%d.5,%d,%d\n", r.next, r.next%1000, r.next%77)
		r.next++
	}
	return r.buffer.Read(p)
}

func (r *rowsOnDemand) Close() error { return nil }

// Long traces are not kept, read the same each time, and take constant memory.
func TestLongTracesAreReadAgain(t *testing.T) {
	longtest.Need(t, "reads more than a million rows, several times")
	rows := maxRecorded + 1000
	open := func(string) (io.ReadCloser, error) { return &rowsOnDemand{rows: rows}, nil }
	w, err := Read(open, v1alpha1.Trace{Path: "x", Columns: &v1alpha1.Columns{Time: "t", Input: "in", Output: "out"}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, recorded := w.(*workload.Recorded); recorded {
		t.Fatal("kept in memory")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	if err := workload.Visit(t.Context(), w, func(batch []workload.Request) bool {
		for _, q := range batch {
			if want := (workload.Request{At: time.Duration(n) * time.Second, Input: int32(n % 1000), Output: int32(n % 77)}); q != want {
				t.Fatalf("request %d: %+v, want %+v", n, q, want)
			}
			n++
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n != rows || w.Info().Span != time.Duration(rows)*time.Second {
		t.Errorf("%d requests in %s, want %d", n, w.Info().Span, rows)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 20<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	rows-- // as if the file were cut meanwhile
	if _, err := workload.ReadAll(w); err == nil || !strings.Contains(err.Error(), "the file has changed since it was read first") {
		t.Errorf("error %v", err)
	}
}

// The arrivals of a period are uniform in it: mean 1/2, variance 1/12, in order.
func TestSpacingIsUniform(t *testing.T) {
	r := random.New(4, random.Arrivals, 0)
	var s spacing
	var sum, squares float64
	n := 0
	for range 2000 {
		s.begin(r, 50, time.Minute, time.Minute)
		last := time.Minute
		for s.left > 0 {
			at := s.next()
			if at < last || at >= 2*time.Minute {
				t.Fatalf("%s after %s", at, last)
			}
			last = at
			u := (at - time.Minute).Minutes()
			sum += u
			squares += u * u
			n++
		}
	}
	mean := sum / float64(n)
	variance := squares/float64(n) - mean*mean
	if math.Abs(mean-0.5) > 0.005 || math.Abs(variance-1.0/12) > 0.001 {
		t.Errorf("mean %g, variance %g", mean, variance)
	}
}

// A ServeGen client sends rate times length requests in each window on average,
// whatever its burstiness.
func TestServeGenKeepsTheRecordedRates(t *testing.T) {
	for _, fit := range []string{"Gamma,0.05", "Gamma,3", "Weibull,0.4", "Weibull,2"} {
		var b strings.Builder
		b.WriteString("client,window_start_s,rate_rps,cv,dist,p1,p2\n")
		const windows = 1000
		for i := range windows {
			fmt.Fprintf(&b, "c,%d,%g,1,%s,1\n", i*600, 0.1+0.1*float64(i%2), fit)
		}
		w, err := Read(workloadtest.Texts{"x": b.String()}.Open, v1alpha1.Trace{Path: "x"}, 7)
		if err != nil {
			t.Fatal(err)
		}
		var sums [2]float64
		if err := workload.Visit(t.Context(), w, func(batch []workload.Request) bool {
			for _, q := range batch {
				sums[int(q.At/(600*time.Second))%2]++
			}
			return true
		}); err != nil {
			t.Fatal(err)
		}
		for i, got := range sums {
			if want := windows / 2 * 600 * (0.1 + 0.1*float64(i)); math.Abs(got/want-1) > 0.05 {
				t.Errorf("%s: %g requests in windows %d, want %g", fit, got, i, want)
			}
		}
	}
}

func TestServeGenTokensHaveTheRecordedMean(t *testing.T) {
	at := []int{0, 1, 2, 3, 4, 5, 6}
	for _, row := range []string{"c,0,f,206.5,177,249,473", "c,0,f,15.4,12,22,57", "c,0,f,311.7,372,372,372", "c,0,f,500,10,20,30"} {
		var fields [][]byte
		for field := range strings.SplitSeq(row, ",") {
			fields = append(fields, []byte(field))
		}
		_, curve, d := readTokenRow(at, fields)
		if d != nil {
			t.Fatal(d)
		}
		var mean float64
		if _, err := fmt.Sscanf(strings.Split(row, ",")[3], "%g", &mean); err != nil {
			t.Fatal(err)
		}
		if math.Abs(curve.Mean()-mean) > 1e-6 || !sort.Float64sAreSorted(curve.Value) {
			t.Errorf("%s: curve %v has mean %g", row, curve.Value, curve.Mean())
		}
	}
}
