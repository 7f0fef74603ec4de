package workload

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// drawRecord draws a record of up to 300 requests, with ties and with requests
// at both ends of the span, whose Input numbers them.
func drawRecord(t *rapid.T, label string) *Recorded {
	span := drawSpan(t, label, 10*time.Minute)
	// The times come from a generator of their own: rapid's integers are mostly small.
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, label+" seed"), 0))
	times := make([]time.Duration, rapid.IntRange(0, 300).Draw(t, label+" requests"))
	for i := range times {
		times[i] = time.Duration(r.Int64N(int64(span)))
		switch r.IntN(20) {
		case 0:
			times[i] = 0
		case 1:
			times[i] = span - 1
		case 2:
			times[i] = times[i/2]
		}
	}
	slices.Sort(times)
	requests := make([]Request, len(times))
	for i, at := range times {
		requests[i] = Request{At: at, Input: int32(i + 1), Work: time.Duration(i)}
	}
	return NewRecorded(Info{Name: label, Format: "record", Span: span, Rows: int64(len(times)), Notes: []string{"a note"}}, requests)
}

// drawSpan draws a time from a nanosecond up to a limit, of any order of magnitude.
func drawSpan(t *rapid.T, label string, limit time.Duration) time.Duration {
	share := rapid.IntRange(0, 1000).Draw(t, label+" span")
	return max(1, time.Duration(math.Pow(float64(limit), float64(share)/1000)))
}

// drawWithin draws a time from low up to, not including, high, evenly.
func drawWithin(t *rapid.T, label string, low, high time.Duration) time.Duration {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, label), 0))
	return low + time.Duration(r.Int64N(int64(high-low)))
}

// poissonRecord is n or so requests of a rate per second as a record, which Scale cannot make again.
func poissonRecord(t testing.TB, rate float64, span time.Duration) *Recorded {
	t.Helper()
	w := must(Generate(nil, poisson(rate, span), 1))(t)
	return NewRecorded(w.Info(), must(ReadAll(w))(t))
}

// law checks op on random records: whatever it returns is a workload that reads
// the same each time and in any size of batch, then says what check says.
func law(t *testing.T, op func(t *rapid.T, w *Recorded) (Workload, error), check func(t *rapid.T, in, out []Request, w Workload)) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		record := drawRecord(t, "record")
		in := slices.Clone(record.requests)
		w, err := op(t, record)
		if err != nil {
			t.Fatal(err)
		}
		out := readAll(t, w, rapid.IntRange(1, 70).Draw(t, "batch"))
		sameRequests(t, "the second reading", readAll(t, w, 1024), out)
		sameRequests(t, "the source after it was read", record.requests, in)
		if notes := record.Info().Notes; len(notes) != 1 {
			t.Fatalf("the source's notes became %q", notes)
		}
		check(t, in, out, w)
	})
}

func TestSliceLaws(t *testing.T) {
	var from, to time.Duration
	law(t, func(t *rapid.T, w *Recorded) (Workload, error) {
		span := w.Info().Span
		from = drawWithin(t, "from", 0, span)
		to = drawWithin(t, "to", from+1, span+1)
		return Slice(w, from, to)
	}, func(t *rapid.T, in, out []Request, w Workload) {
		var want []Request
		for _, q := range in {
			if q.At >= from && q.At < to {
				q.At -= from
				want = append(want, q)
			}
		}
		sameRequests(t, "slice", out, want)
		if w.Info().Span != to-from {
			t.Fatalf("span = %s, want %s", w.Info().Span, to-from)
		}
	})
}

func TestSliceOfSliceIsASlice(t *testing.T) {
	law(t, func(t *rapid.T, w *Recorded) (Workload, error) {
		span := w.Info().Span
		begin := drawWithin(t, "begin", 0, span)
		end := drawWithin(t, "end", begin+1, span+1)
		outer, err := Slice(w, begin, end)
		if err != nil {
			return nil, err
		}
		from := drawWithin(t, "inner from", 0, end-begin)
		to := drawWithin(t, "inner to", from+1, end-begin+1)
		inner, err := Slice(outer, from, to)
		if err != nil {
			return nil, err
		}
		direct, err := Slice(w, begin+from, begin+to)
		if err != nil {
			return nil, err
		}
		sameRequests(t, "slice of slice", readAll(t, inner, 9), readAll(t, direct, 64))
		return inner, nil
	}, func(*rapid.T, []Request, []Request, Workload) {})
}

func TestRepeatLaws(t *testing.T) {
	t.Parallel()
	times := 0
	law(t, func(t *rapid.T, w *Recorded) (Workload, error) {
		times = rapid.IntRange(1, 7).Draw(t, "times")
		return Repeat(w, times)
	}, func(t *rapid.T, in, out []Request, w Workload) {
		span := w.Info().Span / time.Duration(times)
		var want []Request
		for round := range times {
			for _, q := range in {
				q.At += time.Duration(round) * span
				want = append(want, q)
			}
		}
		sameRequests(t, "repeat", out, want)
	})
}

func TestRepeatOfNothingEnds(t *testing.T) {
	w := must(Repeat(NewRecorded(Info{Span: time.Nanosecond}, nil), math.MaxInt))(t)
	if all := readAll(t, w, 10); len(all) != 0 {
		t.Errorf("%d requests out of nothing", len(all))
	}
}

func TestSelectLaws(t *testing.T) {
	var windows []Window
	law(t, func(t *rapid.T, w *Recorded) (Workload, error) {
		windows = drawWindows(t, w.Info().Span)
		return Select(w, windows)
	}, func(t *rapid.T, in, out []Request, _ Workload) {
		sameRequests(t, "selection", out, cutOut(in, windows))
	})
}

func TestSelectTenMinuteBlocks(t *testing.T) {
	w := sampleOf(t, must(Generate(nil, poisson(1, 95*time.Minute), 1))(t), 3, 10*time.Minute)
	info := w.Info()
	// Blocks 0, 3, 6 and half of 9.
	if want := 35 * time.Minute; info.Span != want {
		t.Errorf("span = %s, want %s", info.Span, want)
	}
	if len(info.Notes) != 1 || info.Notes[0] != "a selection of 4 windows, 35m of 1h35m" {
		t.Errorf("notes = %q", info.Notes)
	}
	n := float64(len(readAll(t, w, 100)))
	near(t, "requests", n, 35*60, 5*math.Sqrt(35*60))
}

func TestMergeLaws(t *testing.T) {
	t.Parallel()
	var others []Workload
	law(t, func(t *rapid.T, w *Recorded) (Workload, error) {
		others = []Workload{w}
		for range rapid.IntRange(0, 3).Draw(t, "others") {
			others = append(others, drawRecord(t, "other"))
		}
		return Merge(others...)
	}, func(t *rapid.T, _, out []Request, w Workload) {
		var want []Request
		span := time.Duration(0)
		for _, o := range others {
			want = append(want, o.(*Recorded).requests...)
			span = max(span, o.Info().Span)
		}
		slices.SortStableFunc(want, func(a, b Request) int { return int(a.At - b.At) })
		sameRequests(t, "merge", out, want)
		if w.Info().Span != span {
			t.Fatalf("span = %s, want %s", w.Info().Span, span)
		}
	})
}

func TestMergeInfo(t *testing.T) {
	a := NewRecorded(Info{Name: "a.csv", Format: "csv", Span: time.Hour, Rows: 3, BadRows: 1, HasWork: true, Notes: []string{"gaps"}}, nil)
	b := NewRecorded(Info{Name: "b", Format: "mooncake", Span: 2 * time.Hour, Rows: 4, HasTokens: true}, nil)
	info := must(Merge(a, b))(t).Info()
	want := Info{
		Name: "a.csv + b", Format: "merged", Span: 2 * time.Hour, Rows: 7, BadRows: 1, HasTokens: true, HasWork: true,
		Notes: []string{"part 1 (a.csv): gaps", "part 1 (a.csv) ends after 1h of 2h"},
	}
	if info.Name != want.Name || info.Format != want.Format || info.Span != want.Span || info.Rows != want.Rows ||
		info.BadRows != want.BadRows || !info.HasTokens || !info.HasWork || !slices.Equal(info.Notes, want.Notes) {
		t.Errorf("info = %+v, want %+v", info, want)
	}
}

func TestCache(t *testing.T) {
	law(t, func(t *rapid.T, w *Recorded) (Workload, error) {
		// A slice hides that the record is in memory already.
		hidden := &slice{source: w, to: w.Info().Span}
		limit := rapid.IntRange(-1, 310).Draw(t, "limit")
		cached, err := Cache(hidden, limit)
		if err != nil {
			return nil, err
		}
		_, held := cached.(*Recorded)
		if want := limit > 0 && len(w.requests) <= limit; held != want {
			t.Fatalf("held %d requests with a limit of %d: %v", len(w.requests), limit, held)
		}
		return cached, nil
	}, func(t *rapid.T, in, out []Request, _ Workload) {
		if len(in) > 0 || len(out) > 0 {
			sameRequests(t, "cache", out, in)
		}
	})
}

func TestOperationsRefuse(t *testing.T) {
	w := must(Generate(nil, poisson(1, time.Hour), 1))(t)
	for _, test := range []struct {
		name string
		op   func() (Workload, error)
	}{
		{"slice that is empty", func() (Workload, error) { return Slice(w, time.Minute, time.Minute) }},
		{"slice backwards", func() (Workload, error) { return Slice(w, time.Minute, time.Second) }},
		{"slice before the start", func() (Workload, error) { return Slice(w, -time.Second, time.Second) }},
		{"slice beyond the end", func() (Workload, error) { return Slice(w, 0, 61*time.Minute) }},
		{"slice from beyond the end", func() (Workload, error) { return Slice(w, 61*time.Minute, 0) }},
		{"scale by 0", func() (Workload, error) { return Scale(w, 0, 1) }},
		{"scale by less", func() (Workload, error) { return Scale(w, -1, 1) }},
		{"scale by NaN", func() (Workload, error) { return Scale(w, math.NaN(), 1) }},
		{"scale by infinity", func() (Workload, error) { return Scale(w, math.Inf(1), 1) }},
		{"scale beyond a rate", func() (Workload, error) { return Scale(must(Scale(w, 1e6, 1))(t), 1e6, 1) }},
		{"repeat 0 times", func() (Workload, error) { return Repeat(w, 0) }},
		{"repeat beyond time", func() (Workload, error) { return Repeat(w, math.MaxInt) }},
		{"repeat without a span", func() (Workload, error) { return Repeat(NewRecorded(Info{}, nil), 2) }},
		{"merge nothing", func() (Workload, error) { return Merge() }},
		{"select nothing", func() (Workload, error) { return Select(w, nil) }},
		{"select an empty window", func() (Workload, error) { return Select(w, []Window{{time.Second, time.Second}}) }},
		{"select before the start", func() (Workload, error) { return Select(w, []Window{{-time.Second, time.Second}}) }},
		{"select beyond the end", func() (Workload, error) { return Select(w, []Window{{0, 61 * time.Minute}}) }},
		{"select out of order", func() (Workload, error) { return Select(w, []Window{{2, 3}, {0, 1}}) }},
		{"select twice", func() (Workload, error) { return Select(w, []Window{{0, 3}, {2, 4}}) }},
	} {
		if got, err := test.op(); err == nil {
			t.Errorf("%s: %v, want an error", test.name, got)
		}
	}
}

// errBroken is what a broken source ends with.
var errBroken = errors.New("broken")

// broken is a workload whose stream fails after three requests.
type broken struct{}

func (broken) Info() Info            { return Info{Span: time.Hour} }
func (broken) Open() (Stream, error) { return &brokenStream{}, nil }

type brokenStream struct{ read int }

func (s *brokenStream) Read(dst []Request) (int, error) {
	if s.read == 3 {
		return 0, errBroken
	}
	s.read++
	dst[0] = Request{At: time.Duration(s.read) * time.Second}
	return 1, nil
}

// TestOperationsPassErrorsOn after the requests that came before, and keep saying so.
func TestOperationsPassErrorsOn(t *testing.T) {
	for name, w := range map[string]Workload{
		"slice":     must(Slice(broken{}, 0, time.Minute))(t),
		"thin":      must(Scale(broken{}, 0.999999, 1))(t),
		"superpose": must(Scale(broken{}, 1.000001, 1))(t),
		"repeat":    must(Repeat(broken{}, 2))(t),
		"merge":     must(Merge(broken{}, NewRecorded(Info{Span: time.Second}, nil)))(t),
		"select":    sampleOf(t, broken{}, 2, time.Minute),
		"sizes":     withSizes(broken{}, must(newSizer(nil, v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Mean: unit.Count(1)}}))(t), 1),
	} {
		all, err := ReadAll(w)
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: %v, %v; want the source's error", name, all, err)
		}
		s := must(w.Open())(t)
		batch, n := make([]Request, 10), 0
		for err = nil; err == nil; {
			var read int
			read, err = s.Read(batch)
			n += read
		}
		if _, again := s.Read(batch); n != 3 || !errors.Is(err, errBroken) || !errors.Is(again, errBroken) {
			t.Errorf("%s: %d requests, then %v, then %v", name, n, err, again)
		}
	}
	if _, err := Cache(broken{}, 10); !errors.Is(err, errBroken) {
		t.Errorf("cache: %v", err)
	}
}

// held is a workload whose streams hold something, as files do.
type held struct {
	Workload
	open int
}

func (h *held) Open() (Stream, error) {
	s, err := h.Workload.Open()
	h.open++
	return &heldStream{s, h}, err
}

type heldStream struct {
	Stream
	held *held
}

func (s *heldStream) Close() error {
	s.held.open--
	return nil
}

// TestStreamsLeftEarlyGiveBackWhatTheyHold: operations are closed as their sources are.
func TestStreamsLeftEarlyGiveBackWhatTheyHold(t *testing.T) {
	source := &held{Workload: poissonRecord(t, 100, time.Hour)}
	for name, w := range map[string]Workload{
		"slice":     must(Slice(source, 0, time.Minute))(t),
		"thin":      must(Scale(source, 0.5, 1))(t),
		"superpose": must(Scale(source, 1.5, 1))(t),
		"repeat":    must(Repeat(source, 2))(t),
		"merge":     must(Merge(source, source))(t),
		"select":    sampleOf(t, source, 2, time.Minute),
		"sizes":     withSizes(source, must(newSizer(nil, v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Mean: unit.Count(1)}}))(t), 1),
	} {
		s := must(w.Open())(t)
		if n, err := s.Read(make([]Request, 3)); n == 0 || err != nil || source.open == 0 {
			t.Fatalf("%s: Read = %d, %v with %d streams open", name, n, err, source.open)
		}
		if err := s.(interface{ Close() error }).Close(); err != nil || source.open != 0 {
			t.Errorf("%s: %d streams still open, %v", name, source.open, err)
		}
		source.open = 0
	}
	if w := must(Cache(source, 10))(t); w != Workload(source) || source.open != 0 {
		t.Errorf("Cache of too much: %v with %d streams open", w, source.open)
	}
	if all := readAll(t, must(Slice(source, 0, time.Second))(t), 10); len(all) == 0 || source.open > 0 {
		t.Errorf("a slice read to its end leaves %d streams open", source.open)
	}
}
