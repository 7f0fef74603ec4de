package trace

import (
	"context"
	"testing"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// enough requests to see whether a fuzzed trace keeps the contract; counts may promise a billion.
const enough = 20_000

// FuzzReadTrace reads arbitrary bytes in every format: no panic, and what is
// accepted keeps the contract of a workload.
func FuzzReadTrace(f *testing.F) {
	for i, sample := range samples {
		f.Add(i, []byte(sample.text))
		f.Add(i, []byte(gzipText(f, sample.text)))
	}
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		if i < 0 || i >= len(samples) {
			return
		}
		trace := samples[i].trace
		trace.Path = "x"
		fuzzTrace(t, trace, companions.With("x", string(data)))
		if trace.Columns == nil {
			fuzzTrace(t, v1alpha1.Trace{Path: "x"}, workloadtest.Texts{"x": string(data)})
		}
	})
}

// FuzzReadCompanions reads arbitrary bytes as the durations, memory and tokens of a trace.
func FuzzReadCompanions(f *testing.F) {
	for i, text := range []string{durationsSample, memorySample, tokensSample} {
		f.Add(i, []byte(text))
	}
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		files := workloadtest.Texts{"fun": functionsSample, "gen": serveGenSample, "y": string(data)}
		switch i {
		case 0:
			fuzzTrace(t, v1alpha1.Trace{Path: "fun", Durations: "y"}, files)
		case 1:
			fuzzTrace(t, v1alpha1.Trace{Path: "fun", Memory: "y"}, files)
		case 2:
			fuzzTrace(t, v1alpha1.Trace{Path: "gen", Tokens: "y"}, files)
		}
	})
}

func fuzzTrace(t *testing.T, trace v1alpha1.Trace, files workloadtest.Texts) {
	w, err := Read(files.Open, trace, 1)
	if err != nil {
		if err.Error() == "" {
			t.Fatal("an error without a text")
		}
		return
	}
	info := w.Info()
	if info.Span <= 0 || info.Rows <= info.BadRows {
		t.Fatalf("info %+v", info)
	}
	if series, ok := w.(workload.Series); ok {
		huge := false
		if err := series.Counts(context.Background(), func(_ int64, count float64) { huge = huge || count > 1e6 }); err != nil {
			t.Fatal(err)
		}
		if huge { // drawing a period takes time in proportion
			return
		}
	}
	n := 0
	last := workload.Request{}
	if err := workload.Visit(t.Context(), w, func(batch []workload.Request) bool {
		for _, q := range batch {
			if q.At < last.At || q.At >= info.Span || q.Input < 0 || q.Output < 0 || q.Work < 0 {
				t.Fatalf("request %d: %+v after %+v in %s", n, q, last, info.Span)
			}
			last = q
			n++
		}
		return n < enough
	}); err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatal("no requests")
	}
	if n >= enough {
		return
	}
	if _, err := workload.Describe(context.Background(), w); err != nil {
		t.Fatal(err)
	}
}
