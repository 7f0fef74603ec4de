package trace

import (
	"fmt"
	"strings"
	"testing"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

const azureHeader = "TIMESTAMP,ContextTokens,GeneratedTokens\n"

// good is n rows of an Azure LLM trace, a second apart.
func good(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "2023-11-16 18:%02d:%02d.0,10,20\n", i/60%60, i%60)
	}
	return b.String()
}

// Every kind of bad input gives one clear error, which names the file, and the line where there is one.
func TestReadTraceErrors(t *testing.T) {
	packed := gzipText(t, azureHeader+good(3000))
	zstdPacked := zstdText(t, azureHeader+good(3000))
	for _, c := range []struct {
		name  string
		text  string
		trace v1alpha1.Trace
		want  string // after "trace x: "
	}{
		{name: "empty", text: "", want: "the file is empty"},
		{name: "blank lines", text: "\n \n", want: "the file is empty"},
		{name: "header only", text: azureHeader, want: "no rows: expected at least one after the header"},
		{name: "unknown header", text: "a,b\n1,2\n", want: `line 1: cannot tell the format from "a,b"; give one of azure-llm`},
		{name: "unknown format", text: azureHeader, trace: v1alpha1.Trace{Format: "azur-llm"}, want: `format: expected auto, azure-llm, mooncake`},
		{name: "unknown format nearly right", text: azureHeader, trace: v1alpha1.Trace{Format: "moncake"}, want: `, did you mean "mooncake"?`},
		{name: "bad date", text: azureHeader + "2023-13-16 18:15:46,1,2\n", want: `line 2: TIMESTAMP: expected a date and time such as "2006-01-02 15:04:05.999"`},
		{name: "day that does not exist", text: azureHeader + "2023-02-29 18:15:46,1,2\n", want: `got "2023-02-29 18:15:46"`},
		{name: "not a number", text: azureHeader + "2023-11-16 18:15:46,NaN,2\n", want: `line 2: ContextTokens: expected a whole number of tokens from 0 to 2147483647, got "NaN"`},
		{name: "negative", text: azureHeader + "2023-11-16 18:15:46,1,-2\n", want: `line 2: GeneratedTokens: expected a whole number of tokens from 0 to 2147483647, got "-2"`},
		{name: "overflow", text: azureHeader + "2023-11-16 18:15:46,1,2147483648\n", want: `line 2: GeneratedTokens: expected a whole number of tokens from 0 to 2147483647, got "2147483648"`},
		{name: "fraction of a token", text: azureHeader + "2023-11-16 18:15:46,1.5,2\n", want: `line 2: ContextTokens: expected a whole number`},
		{name: "too few fields", text: azureHeader + "2023-11-16 18:15:46,1\n", want: `line 2: expected 3 fields as in the header (this row has 2), got "2023-11-16 18:15:46,1"`},
		{name: "too many fields", text: azureHeader + "2023-11-16 18:15:46,1,2,3\n", want: `line 2: expected 3 fields as in the header (this row has 4)`},
		{name: "stamp in ms", text: "t,x\n1700000000000,1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Time: "t"}}, want: "line 2: t: expected a date and time"},
		{name: "negative stamp", text: "t,x\n-5,1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Time: "t"}}, want: `got "-5"`},
		{name: "infinite stamp", text: "t,x\nInf,1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Time: "t", TimeUnit: "ms"}}, want: `line 2: t: expected a number of at least 0 in ms, before the year 2200, got "Inf"`},
		{name: "negative work", text: "t,x\n1,-1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Time: "t", Work: "x"}}, want: `line 2: x: expected a service time from 0 to 30 days in s, got "-1"`},
		{name: "no time column", text: "t,x\n1,1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Input: "x"}}, want: "columns.time: expected the name of the column with the arrival"},
		{name: "csv without columns", text: "t,x\n1,1\n", trace: v1alpha1.Trace{Format: "csv"}, want: "columns.time: expected the name of the column with the arrival (--column time=NAME); the columns are: t, x"},
		{name: "wrong column", text: "start_time,x\n1,1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Time: "start_tme"}}, want: `line 1: no column "start_tme" (columns.time), did you mean "start_time"?; the columns are: start_time, x`},
		{name: "wrong unit", text: "t,x\n1,1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Time: "t", TimeUnit: "min"}}, want: `columns.timeUnit: expected s, ms, us, ns or auto, got "min"`},
		{name: "wrong unit of work", text: "t,x\n1,1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Time: "t", Work: "x", WorkUnit: "h"}}, want: `columns.workUnit: expected s or ms, got "h"`},
		{name: "open quote", text: azureHeader + good(2) + "\"2023-11-16 19:15:46,1,2\n" + good(2), want: "line 4: a quoted field that begins here is never closed"},
		{name: "long line", text: azureHeader + strings.Repeat("9", 3<<20) + "\n", want: "line 2: longer than 1 MiB: expected one request a line"},
		{name: "truncated gzip", text: packed[:len(packed)-9], want: "the gzip data ends early: the file is cut off"},
		{name: "truncated zstd", text: zstdPacked[:len(zstdPacked)-9], want: "the zstd data ends early: the file is cut off"},
		{name: "damaged gzip", text: packed[:200] + "xxxxxxxxxx" + packed[210:], want: "the gzip data is damaged: "},
		{name: "gzip header only", text: "\x1f\x8b", want: "the gzip data ends early"},
		{name: "bzip2", text: "BZh91AY&SY", want: "this is a bzip2 file: expected plain text, gzip or zstd; unpack it with bunzip2 first"},
		{name: "same time", text: azureHeader + "2023-11-16 18:15:46,1,2\n2023-11-16 18:15:46,1,2\n", want: "all requests have the same time"},
		{name: "centuries", text: "t,x\n1,1\n7000000000,1\n", trace: v1alpha1.Trace{Columns: &v1alpha1.Columns{Time: "t"}}, want: "the trace covers 222 years"},
		{name: "JSON array", text: "[{\"timestamp\":1}]\n", want: "line 1: a JSON array: expected one object a line"},
		{name: "JSON without columns", text: "{\"ts\":1,\"in\":2}\n", want: "line 1: JSON objects with the fields ts, in: name the time with columns.time"},
		{name: "broken JSON", text: "{\"timestamp\": 1, \n", trace: v1alpha1.Trace{Format: "mooncake"}, want: `line 1: expected a JSON object, got "{\"timestamp\": 1,"`},
		{name: "missing JSON field", text: "{\"timestamp\": 1, \"input_length\": 2}\n", trace: v1alpha1.Trace{Format: "mooncake"}, want: `line 1: output_length: expected a whole number of tokens from 0 to 2147483647, got ""`},
		{name: "log without status", text: `h - - [10/Oct/2000:13:55:36 -0700] "GET /"` + "\n", trace: v1alpha1.Trace{Format: "combined"}, want: "line 1: expected an access log row"},
		{name: "log with a bad time", text: `h - - [10/Okt/2000:13:55:36 -0700] "GET /" 200` + "\n", trace: v1alpha1.Trace{Format: "combined"}, want: `line 1: time: expected a date and time such as [02/Jan/2006:15:04:05 -0700], got "[10/Okt/2000:13:55:36 -0700]"`},
		{name: "one period", text: "t_s,count\n0,5\n", want: "one period only"},
		{name: "zero counts", text: "t_s,count\n0,0\n1,0\n", want: "every count is 0"},
		{name: "unsorted series", text: "t_s,count\n0,1\n10,1\n20,1\n10,1\n", want: "line 5: t_s: earlier than the row before: sort the series by time"},
		{name: "off the grid", text: "t_s,count\n0,1\n10,1\n25,1\n", want: `line 4: t_s: expected a whole number of periods of 10s after the first row, got "25"`},
		{name: "negative count", text: "t_s,count\n0,1\n1,-1\n", want: `line 3: count: expected a whole number from 0 to 1000000000, got "-1"`},
		{name: "rates with another header", text: "time,n\n0,1\n", trace: v1alpha1.Trace{Format: "rates"}, want: `line 1: expected the header t_s,count or period_utc,count, got "time,n"`},
		{name: "durations as the trace", text: durationsSample, want: "line 1: these are the durations of an azure-functions trace"},
		{name: "memory as the trace", text: memorySample, want: "line 1: this is the memory file of an azure-functions trace"},
		{name: "tokens as the trace", text: tokensSample, want: "line 1: this is the tokens file of a servegen trace"},
		{name: "function not there", text: functionsSample, trace: v1alpha1.Trace{Function: "zz"}, want: `function: no HashFunction begins with "zz"`},
		{name: "function not unique", text: functionsSample, trace: v1alpha1.Trace{Function: "f"}, want: `function: "f" is the beginning of several, among them f1aa and f2bb: give more of it`},
		{name: "minutes not in order", text: "HashOwner,HashApp,HashFunction,Trigger,1,3\no,a,f,t,1,1\n", want: `line 1: column 6: expected the minute 2, got "3"`},
		{name: "bad minute", text: "HashOwner,HashApp,HashFunction,Trigger,7,8\no,a,f,t,1,x\n", want: `line 2: minute 8: expected a whole number`},
		{name: "bad shape", text: "client,window_start_s,rate_rps,cv,dist,p1,p2\n0,0,1,1,Pareto,1,1\n", want: `line 2: dist: expected Gamma or Weibull, got "Pareto"`},
		{name: "window twice", text: serveGenSample + "7,600,1,1,Gamma,1,1\n", want: "client 7 has two rows for the window at 600 s"},
		{name: "option of another format", text: ratesSample, trace: v1alpha1.Trace{Function: "f"}, want: "function: has no meaning for the format rates"},
		{name: "limit above one", text: ratesSample, trace: v1alpha1.Trace{MaxBadRows: share(2)}, want: "maxBadRows: expected a share from 0 to 100%, got 200%"},
		{name: "missing companion", text: functionsSample, trace: v1alpha1.Trace{Durations: "absent"}, want: "file does not exist"},
		{name: "wrong companion", text: functionsSample, trace: v1alpha1.Trace{Durations: "tokens"}, want: "line 1: expected the header of a durations file with a column HashOwner"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.trace.Path = "x"
			_, err := Read(workloadtest.Texts{"x": c.text, "tokens": tokensSample}.Open, c.trace, 1)
			if err == nil {
				t.Fatal("no error")
			}
			if text := err.Error(); !strings.HasPrefix(text, "trace ") || !strings.Contains(text, c.want) || strings.Count(text, "trace x:") > 1 {
				t.Errorf("error %q\nwant  %q", text, "trace x: "+c.want)
			}
		})
	}
}

func share(f float64) *unit.Share { s := unit.Share(f); return &s }

func TestReadTraceNamesMissingFile(t *testing.T) {
	_, err := Read(workloadtest.Texts{}.Open, v1alpha1.Trace{Path: "logs/a.csv"}, 1)
	if want := "trace logs/a.csv: file does not exist"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestTruncatedGzipNamesTheLineReached(t *testing.T) {
	packed := gzipText(t, azureHeader+good(3000))
	_, err := Read(workloadtest.Texts{"x": packed[:len(packed)-9]}.Open, v1alpha1.Trace{Path: "x"}, 1)
	var line int
	if _, scanErr := fmt.Sscanf(fmt.Sprint(err), "trace x: line %d: the gzip data ends early", &line); scanErr != nil || line < 2 || line > 3002 {
		t.Errorf("error %v", err)
	}
}

func TestFewBadRowsAreReported(t *testing.T) {
	text := azureHeader + good(600) + "2023-11-16 19:00:00,x,1\n2023-11-16 19:00:00,1,\n\n2023-11-16 19:00:00,1\n" + strings.Repeat("?\n", 3)
	w, err := Read(workloadtest.Texts{"x": text}.Open, v1alpha1.Trace{Path: "x"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	info := w.Info()
	if info.Rows != 606 || info.BadRows != 6 || len(info.Notes) != 6 {
		t.Fatalf("info %+v", info)
	}
	for i, want := range []string{
		"6 of 606 rows cannot be read and are left out", "bad row: line 602: ContextTokens: expected a whole", "bad row: line 603: GeneratedTokens: ",
		"bad row: line 605: expected 3 fields", "bad row: line 606: ", "bad row: line 607: ",
	} {
		if !strings.HasPrefix(info.Notes[i], want) {
			t.Errorf("note %q, want %q", info.Notes[i], want)
		}
	}
	_, err = Read(workloadtest.Texts{"x": text}.Open, v1alpha1.Trace{Path: "x", MaxBadRows: share(0.005)}, 1)
	want := "trace x: 6 of 606 rows cannot be read, 0.9901% is more than maxBadRows 0.5%; the first:\n  line 602: ContextTokens"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
}

// An access log that was cut by size begins in the middle of a line.
func TestAccessLogMayBeginWithARest(t *testing.T) {
	text := "/5.0 (X11; Linux)\"\n" + strings.Repeat(combinedSample, 100)
	w, err := Read(workloadtest.Texts{"x": text}.Open, v1alpha1.Trace{Path: "x"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if info := w.Info(); info.Format != formatCombined || info.BadRows != 1 || info.Rows != 301 {
		t.Errorf("info %+v", info)
	}
}
