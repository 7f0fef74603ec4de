package trace

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

func gzipText(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstdText(t testing.TB, text string) string {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return string(z.EncodeAll([]byte(text), nil))
}

// Samples of each format, small enough to check by hand.
const (
	azureSample = "TIMESTAMP,ContextTokens,GeneratedTokens\n" +
		"2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:47.6805901,396,109\n2023-11-16 18:15:50.6805900,879,55\n"
	mooncakeSample = `{"timestamp": 27000, "input_length": 6758, "output_length": 500, "hash_ids": [0, 1]}` + "\n" +
		`{"timestamp": 27000, "input_length": 7322, "output_length": 490, "hash_ids": []}` + "\n" +
		`{"timestamp": 30000, "input_length": 7237, "output_length": 794}` + "\n"
	alibabaSample = "gmt_create,predict_type,predict_status,exec_time_seconds,groupId\n" +
		"2024-11-15 16:57:50,TXT_2_IMG,SUCCEED,32.5,G0000\n2024-11-15 18:16:14,TXT_2_IMG,SUCCEED,0.0,\"G0001, \"\"x\"\"\"\n"
	burstGPTSample = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45.5,ChatGPT,1087,230,1317,API log\n"
	combinedSample = `127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08"` + "\n" +
		`127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /\"x\" HTTP/1.0" 404 -` + "\n" +
		`::1 - - [10/Oct/2000:22:55:38 +0200] "POST / HTTP/1.1" 200 12 "-" "curl" 0.004` + "\n"
	ratesSample     = "t_s,count\n0,2\n10,0\n20,3\n"
	periodSample    = "period_utc,count\n1998-04-30 21:30:00,2\n1998-04-30 21:31:00,0\n1998-04-30 21:33:00,1\n"
	functionsSample = "HashOwner,HashApp,HashFunction,Trigger,480,481,482\no1,a1,f1aa,http,2,0,1\no2,a2,f2bb,timer,0,3,0\n"
	durationsSample = "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_50,percentile_Average_100\n" +
		"o1,a1,f1aa,100,3,100,100,100,100,100\no2,a2,f2bb,30,3,10,50,10,30,50\n"
	memorySample   = "HashOwner,HashApp,SampleCount,AverageAllocatedMb\no1,a1,10,128\no2,a2,10,256\n"
	serveGenSample = "client,window_start_s,rate_rps,cv,dist,p1,p2\n0,600,0.5,1.2,Gamma,0.7,0.1\n0,1200,1,1.5,Weibull,0.8,0.4\n7,600,0.25,1,Gamma,1,4\n"
	tokensSample   = "client,window_start_s,field,mean,p50,p90,p99\n0,0,input_tokens,100,90,200,300\n0,0,output_tokens,10,10,10,10\n0,0,image_count,1,1,1,1\n"
	csvSample      = "when;what;took\n1700000000000;a;250\n1700000000250;b;125.5\n1700000001000;c;0\n"
	jsonSample     = `{"ts":"2024-05-01T00:00:00Z","usage":{"in":10,"out":"20"}}` + "\n\n" + `{"ts":"2024-05-01T01:00:02.5+01:00","usage":{"in":11,"out":0}}` + "\n"
)

// generic is how the samples that need columns are read.
var (
	genericCSV  = &v1alpha1.Columns{Time: "when", TimeUnit: "ms", Work: "took", WorkUnit: "ms"}
	genericJSON = &v1alpha1.Columns{Time: "ts", Input: "usage.in", Output: "usage.out"}
)

func TestReadTraceOfEvents(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	for _, c := range []struct {
		name, text, format string
		columns            *v1alpha1.Columns
		span               time.Duration
		want               []workload.Request
	}{
		{"azure", azureSample, "azure-llm", nil, 6 * s, []workload.Request{{Input: 374, Output: 44}, {At: s + 100, Input: 396, Output: 109}, {At: 4 * s, Input: 879, Output: 55}}},
		{
			"azure with a zone, a mark and CRLF", "\ufeff" + strings.ReplaceAll("TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.009930+00:00,1,2\n2024-05-10 00:00:01.009930+00:00,3,4", "\n", "\r\n"),
			"azure-llm", nil, 2 * s,
			[]workload.Request{{Input: 1, Output: 2}, {At: s, Input: 3, Output: 4}},
		},
		{"mooncake", mooncakeSample, "mooncake", nil, 4500 * ms, []workload.Request{{Input: 6758, Output: 500}, {Input: 7322, Output: 490}, {At: 3 * s, Input: 7237, Output: 794}}},
		{"alibaba", alibabaSample, "csv", nil, 2 * 4704 * s, []workload.Request{{Work: 32500 * ms}, {At: 4704 * s}}},
		{"burstgpt", burstGPTSample, "csv", nil, 81 * s, []workload.Request{{Input: 472, Output: 18}, {At: 40500 * ms, Input: 1087, Output: 230}}},
		{"csv", csvSample, "csv", genericCSV, 1500 * ms, []workload.Request{{Work: 250 * ms}, {At: 250 * ms, Work: 125500 * time.Microsecond}, {At: s}}},
		{"jsonl", jsonSample, "jsonl", genericJSON, 5 * s, []workload.Request{{Input: 10, Output: 20}, {At: 2500 * ms, Input: 11}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := Read(workloadtest.Texts{"x": c.text}.Open, v1alpha1.Trace{Path: "x", Columns: c.columns}, 1)
			if err != nil {
				t.Fatal(err)
			}
			got, err := workload.ReadAll(w)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			info := w.Info()
			if info.Format != c.format || info.Span != c.span || info.Rows != int64(len(c.want)) || info.BadRows != 0 || info.Resolution != 0 {
				t.Errorf("info %+v, want format %s and span %s", info, c.format, c.span)
			}
			if has := c.want[0].Output > 0; info.HasTokens != has || info.HasWork != (c.want[0].Work > 0) {
				t.Errorf("info says tokens %t, work %t", info.HasTokens, info.HasWork)
			}
		})
	}
}

func TestReadTraceSpreadsAccessLogs(t *testing.T) {
	w, err := Read(workloadtest.Texts{"access.log": combinedSample}.Open, v1alpha1.Trace{Path: "access.log"}, 3)
	if err != nil {
		t.Fatal(err)
	}
	got, err := workload.ReadAll(w)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].At != 0 || !(got[1].At > 0 && got[1].At < time.Second) || got[2].At < time.Second || got[2].At > 3*time.Second {
		t.Errorf("arrivals %v", got)
	}
	info := w.Info()
	if info.Format != "combined" || info.Resolution != time.Second || !strings.Contains(strings.Join(info.Notes, "\n"), "drawn uniformly within each second") {
		t.Errorf("info %+v", info)
	}
}

// Every request of a series lies in its period, and each period has its count.
func TestReadTraceDrawsCounts(t *testing.T) {
	for _, c := range []struct {
		name, text, format string
		period             time.Duration
		want               []int
		note               string
	}{
		{"seconds", ratesSample, "rates", 10 * time.Second, []int{2, 0, 3}, "counts per 10s"},
		{"dates with a missing row", periodSample, "rates", time.Minute, []int{2, 0, 0, 1}, "periods without a row, counted as 0: 1"},
		{"a period twice", "t_s,count\n0,2\n5,1\n5,4\n", "rates", 5 * time.Second, []int{2, 5}, "their counts added: 1"},
		{"functions", functionsSample, "azure-functions", time.Minute, []int{2, 3, 1}, "drawn uniformly within each minute"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := Read(workloadtest.Texts{"x": c.text}.Open, v1alpha1.Trace{Path: "x"}, 1)
			if err != nil {
				t.Fatal(err)
			}
			got, err := workload.ReadAll(w)
			if err != nil {
				t.Fatal(err)
			}
			counts := make([]int, len(c.want))
			for i, q := range got {
				if i > 0 && q.At < got[i-1].At {
					t.Fatalf("request %d at %s comes after one at %s", i, q.At, got[i-1].At)
				}
				counts[q.At/c.period]++
			}
			info := w.Info()
			if !cmp.Equal(counts, c.want) || info.Span != time.Duration(len(c.want))*c.period || info.Format != c.format || info.Resolution != c.period {
				t.Errorf("counts %v, want %v; info %+v", counts, c.want, info)
			}
			if !strings.Contains(strings.Join(info.Notes, "\n"), c.note) {
				t.Errorf("notes %q, want %q", info.Notes, c.note)
			}
		})
	}
}

func TestReadTraceReportsGaps(t *testing.T) {
	var b strings.Builder
	b.WriteString("t_s,count\n")
	for i := range 3000 {
		count := 5
		if i >= 100 && i < 800 || i >= 2990 { // the second run is too short
			count = 0
		}
		fmt.Fprintf(&b, "%d,%d\n", i, count)
	}
	w, err := Read(workloadtest.Texts{"x": b.String()}.Open, v1alpha1.Trace{Path: "x"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := "runs of zero counts of 10m or longer: 1, 11m40s in all, the first at 1m40s: possible gaps of the collection"
	if notes := strings.Join(w.Info().Notes, "\n"); !strings.Contains(notes, want) {
		t.Errorf("notes %q, want %q", notes, want)
	}
	d, err := workload.Describe(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	if d.Gaps != 700*time.Second || !rounds(&d.Rate, 2290.0*5/2300, 9) || *d.IdleMinutes != 0 {
		t.Errorf("gaps %s, rate %g, idle %v", d.Gaps, d.Rate, *d.IdleMinutes)
	}
}

func TestReadTraceReadsCompanions(t *testing.T) {
	files := workloadtest.Texts{"inv": functionsSample, "dur": durationsSample, "mem": memorySample}
	w, err := Read(files.Open, v1alpha1.Trace{Path: "inv", Durations: "dur", Memory: "mem", Function: "f2"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := workload.ReadAll(w)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || !w.Info().HasWork {
		t.Fatalf("%d requests, info %+v", len(got), w.Info())
	}
	for _, q := range got {
		if q.At < time.Minute || q.At >= 2*time.Minute || q.Work < 10*time.Millisecond || q.Work > 50*time.Millisecond {
			t.Errorf("request %+v is not in the second minute or not of 10 to 50 ms", q)
		}
	}
	if notes := strings.Join(w.Info().Notes, "\n"); !strings.Contains(notes, "256 MB on average") {
		t.Errorf("notes %q", notes)
	}
}

// A function draws the same requests alone as among others.
func TestFunctionDrawsAreItsOwn(t *testing.T) {
	files := workloadtest.Texts{"inv": functionsSample, "dur": durationsSample}
	read := func(function string) []workload.Request {
		w, err := Read(files.Open, v1alpha1.Trace{Path: "inv", Durations: "dur", Function: function}, 9)
		if err != nil {
			t.Fatal(err)
		}
		all, err := workload.ReadAll(w)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	merged := append(read("f1"), read("f2")...)
	seen := map[workload.Request]bool{}
	for _, q := range merged {
		seen[q] = true
	}
	for _, q := range read("") {
		if !seen[q] {
			t.Errorf("%+v is not drawn when its function is read alone", q)
		}
	}
}

func TestReadTraceGivesMissingSizes(t *testing.T) {
	sizes := &v1alpha1.Sizes{
		Input: &v1alpha1.CountDistribution{Mean: 7}, Output: &v1alpha1.CountDistribution{Mean: 8}, Work: &v1alpha1.DurationDistribution{Mean: 9e9},
	}
	for _, c := range []struct {
		name, text string
		want       workload.Request
	}{
		{"rates", ratesSample, workload.Request{Input: 7, Output: 8, Work: 9 * time.Second}},
		{"azure", azureSample, workload.Request{Input: 374, Output: 44, Work: 9 * time.Second}},
		{"alibaba", alibabaSample, workload.Request{Input: 7, Output: 8, Work: 32500 * time.Millisecond}},
	} {
		w, err := Read(workloadtest.Texts{"x": c.text}.Open, v1alpha1.Trace{Path: "x", Sizes: sizes}, 1)
		if err != nil {
			t.Fatal(err)
		}
		got, err := workload.ReadAll(w)
		if err != nil {
			t.Fatal(err)
		}
		c.want.At = got[0].At
		if got[0] != c.want || !w.Info().HasTokens || !w.Info().HasWork {
			t.Errorf("%s: first request %+v, want %+v; info %+v", c.name, got[0], c.want, w.Info())
		}
	}
}
