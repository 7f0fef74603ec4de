package workload_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// law checks op on random records: whatever it returns is a workload that reads
// the same each time and in any size of batch, then says what check says.
func law(t *testing.T, op func(t *rapid.T, w *workload.Recorded) (workload.Workload, error), check func(t *rapid.T, in, out []workload.Request, w workload.Workload)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		record := workloadtest.DrawRecord(t, "record")
		in := requestsOf(t, record)
		w, err := op(t, record)
		if err != nil {
			t.Fatal(err)
		}
		out := workloadtest.ReadAll(t, w, rapid.IntRange(1, 70).Draw(t, "batch"))
		workloadtest.Same(t, "the second reading", workloadtest.ReadAll(t, w, 1024), out)
		workloadtest.Same(t, "the source after it was read", requestsOf(t, record), in)
		if notes := record.Info().Notes; len(notes) != 1 {
			t.Fatalf("the source's notes became %q", notes)
		}
		check(t, in, out, w)
	})
}

// requestsOf returns every request.
func requestsOf(t workloadtest.T, w workload.Workload) []workload.Request {
	t.Helper()
	all, err := workload.ReadAll(w)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSliceLaws(t *testing.T) {
	var from, to time.Duration
	law(t, func(t *rapid.T, w *workload.Recorded) (workload.Workload, error) {
		span := w.Info().Span
		from = workloadtest.DrawWithin(t, "from", 0, span)
		to = workloadtest.DrawWithin(t, "to", from+1, span+1)
		return workload.Slice(w, from, to)
	}, func(t *rapid.T, in, out []workload.Request, w workload.Workload) {
		var want []workload.Request
		for _, q := range in {
			if q.At >= from && q.At < to {
				q.At -= from
				want = append(want, q)
			}
		}
		workloadtest.Same(t, "slice", out, want)
		if w.Info().Span != to-from {
			t.Fatalf("span = %s, want %s", w.Info().Span, to-from)
		}
	})
}

func TestSliceOfSliceIsASlice(t *testing.T) {
	law(t, func(t *rapid.T, w *workload.Recorded) (workload.Workload, error) {
		span := w.Info().Span
		begin := workloadtest.DrawWithin(t, "begin", 0, span)
		end := workloadtest.DrawWithin(t, "end", begin+1, span+1)
		outer, err := workload.Slice(w, begin, end)
		if err != nil {
			return nil, err
		}
		from := workloadtest.DrawWithin(t, "inner from", 0, end-begin)
		to := workloadtest.DrawWithin(t, "inner to", from+1, end-begin+1)
		inner, err := workload.Slice(outer, from, to)
		if err != nil {
			return nil, err
		}
		direct, err := workload.Slice(w, begin+from, begin+to)
		if err != nil {
			return nil, err
		}
		workloadtest.Same(t, "slice of slice", workloadtest.ReadAll(t, inner, 9), workloadtest.ReadAll(t, direct, 64))
		return inner, nil
	}, func(*rapid.T, []workload.Request, []workload.Request, workload.Workload) {})
}

func TestRepeatLaws(t *testing.T) {
	t.Parallel()
	times := 0
	law(t, func(t *rapid.T, w *workload.Recorded) (workload.Workload, error) {
		times = rapid.IntRange(1, 7).Draw(t, "times")
		return workload.Repeat(w, times)
	}, func(t *rapid.T, in, out []workload.Request, w workload.Workload) {
		span := w.Info().Span / time.Duration(times)
		var want []workload.Request
		for round := range times {
			for _, q := range in {
				q.At += time.Duration(round) * span
				want = append(want, q)
			}
		}
		workloadtest.Same(t, "repeat", out, want)
	})
}

func TestRepeatOfNothingEnds(t *testing.T) {
	w := workloadtest.Must(workload.Repeat(workload.NewRecorded(workload.Info{Span: time.Nanosecond}, nil), math.MaxInt))(t)
	if all := workloadtest.ReadAll(t, w, 10); len(all) != 0 {
		t.Errorf("%d requests out of nothing", len(all))
	}
}

func TestMergeLaws(t *testing.T) {
	t.Parallel()
	var others []workload.Workload
	law(t, func(t *rapid.T, w *workload.Recorded) (workload.Workload, error) {
		others = []workload.Workload{w}
		for range rapid.IntRange(0, 3).Draw(t, "others") {
			others = append(others, workloadtest.DrawRecord(t, "other"))
		}
		return workload.Merge(others...)
	}, func(t *rapid.T, _, out []workload.Request, w workload.Workload) {
		var want []workload.Request
		span := time.Duration(0)
		for _, o := range others {
			want = append(want, requestsOf(t, o)...)
			span = max(span, o.Info().Span)
		}
		slices.SortStableFunc(want, func(a, b workload.Request) int { return int(a.At - b.At) })
		workloadtest.Same(t, "merge", out, want)
		if w.Info().Span != span {
			t.Fatalf("span = %s, want %s", w.Info().Span, span)
		}
	})
}

func TestMergeInfo(t *testing.T) {
	a := workload.NewRecorded(workload.Info{Name: "a.csv", Format: "csv", Span: time.Hour, Rows: 3, BadRows: 1, HasWork: true, Notes: []string{"gaps"}}, nil)
	b := workload.NewRecorded(workload.Info{Name: "b", Format: "mooncake", Span: 2 * time.Hour, Rows: 4, HasTokens: true}, nil)
	info := workloadtest.Must(workload.Merge(a, b))(t).Info()
	want := workload.Info{
		Name: "a.csv + b", Format: "merged", Span: 2 * time.Hour, Rows: 7, BadRows: 1, HasTokens: true, HasWork: true,
		Notes: []string{"part 1 (a.csv): gaps", "part 1 (a.csv) ends after 1h of 2h"},
	}
	if info.Name != want.Name || info.Format != want.Format || info.Span != want.Span || info.Rows != want.Rows ||
		info.BadRows != want.BadRows || !info.HasTokens || !info.HasWork || !slices.Equal(info.Notes, want.Notes) {
		t.Errorf("info = %+v, want %+v", info, want)
	}
}

func TestCache(t *testing.T) {
	law(t, func(t *rapid.T, w *workload.Recorded) (workload.Workload, error) {
		hidden := workloadtest.Opaque{Workload: w} // that the record is in memory already
		limit := rapid.IntRange(-1, 310).Draw(t, "limit")
		cached, err := workload.Cache(hidden, limit)
		if err != nil {
			return nil, err
		}
		_, held := cached.(*workload.Recorded)
		if want := limit > 0 && w.Len() <= limit; held != want {
			t.Fatalf("held %d requests with a limit of %d: %v", w.Len(), limit, held)
		}
		return cached, nil
	}, func(t *rapid.T, in, out []workload.Request, _ workload.Workload) {
		if len(in) > 0 || len(out) > 0 {
			workloadtest.Same(t, "cache", out, in)
		}
	})
}

func TestOperationsRefuse(t *testing.T) {
	w := workload.NewRecorded(workload.Info{Span: time.Hour}, nil)
	for _, test := range []struct {
		name string
		op   func() (workload.Workload, error)
	}{
		{"slice that is empty", func() (workload.Workload, error) { return workload.Slice(w, time.Minute, time.Minute) }},
		{"slice backwards", func() (workload.Workload, error) { return workload.Slice(w, time.Minute, time.Second) }},
		{"slice before the start", func() (workload.Workload, error) { return workload.Slice(w, -time.Second, time.Second) }},
		{"slice beyond the end", func() (workload.Workload, error) { return workload.Slice(w, 0, 61*time.Minute) }},
		{"slice from beyond the end", func() (workload.Workload, error) { return workload.Slice(w, 61*time.Minute, 0) }},
		{"scale by 0", func() (workload.Workload, error) { return workload.Scale(w, 0, 1) }},
		{"scale by less", func() (workload.Workload, error) { return workload.Scale(w, -1, 1) }},
		{"scale by NaN", func() (workload.Workload, error) { return workload.Scale(w, math.NaN(), 1) }},
		{"scale by infinity", func() (workload.Workload, error) { return workload.Scale(w, math.Inf(1), 1) }},
		{"repeat 0 times", func() (workload.Workload, error) { return workload.Repeat(w, 0) }},
		{"repeat beyond time", func() (workload.Workload, error) { return workload.Repeat(w, math.MaxInt) }},
		{"repeat without a span", func() (workload.Workload, error) {
			return workload.Repeat(workload.NewRecorded(workload.Info{}, nil), 2)
		}},
		{"merge nothing", func() (workload.Workload, error) { return workload.Merge() }},
		{"select nothing", func() (workload.Workload, error) { return workload.Select(w, nil) }},
		{"select an empty window", func() (workload.Workload, error) {
			return workload.Select(w, []workload.Window{{time.Second, time.Second}})
		}},
		{"select before the start", func() (workload.Workload, error) {
			return workload.Select(w, []workload.Window{{-time.Second, time.Second}})
		}},
		{"select beyond the end", func() (workload.Workload, error) { return workload.Select(w, []workload.Window{{0, 61 * time.Minute}}) }},
		{"select out of order", func() (workload.Workload, error) { return workload.Select(w, []workload.Window{{2, 3}, {0, 1}}) }},
		{"select twice", func() (workload.Workload, error) { return workload.Select(w, []workload.Window{{0, 3}, {2, 4}}) }},
	} {
		if got, err := test.op(); err == nil {
			t.Errorf("%s: %v, want an error", test.name, got)
		}
	}
}
