package workload

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
)

// must returns the value, or fails the test with the error: must(f())(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// fatal is what rapid's and testing's tests have in common.
type fatal interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// readAll reads a workload in batches of the given size and checks what every workload promises.
func readAll(t fatal, w Workload, batch int) []Request {
	t.Helper()
	s, err := w.Open()
	if err != nil {
		t.Fatal(err)
	}
	span := w.Info().Span
	var (
		all  []Request
		last time.Duration
		buf  = make([]Request, batch)
	)
	for {
		n, err := s.Read(buf)
		if n > 0 && err != nil || n == 0 && err == nil {
			t.Fatalf("Read = %d, %v: expected requests or an error", n, err)
		}
		for _, q := range buf[:n] {
			if q.At < last || q.At >= span {
				t.Fatalf("request at %s after one at %s within a span of %s", q.At, last, span)
			}
			last = q.At
		}
		all = append(all, buf[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Read(buf); n != 0 || !errors.Is(err, io.EOF) {
		t.Fatalf("Read after the end = %d, %v", n, err)
	}
	return all
}

// sameRequests fails when two readings differ.
func sameRequests(t fatal, what string, got, want []Request) {
	t.Helper()
	if slices.Equal(got, want) {
		return // a difference is rare, and takes long to look for
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%.2000s", what, diff)
	}
}

// near fails unless got is within tolerance of want, both absolute.
func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.6g, want %.6g +- %.2g", what, got, want, tolerance)
	}
}

// moments returns the mean rate per second, and the cv of the gaps, of a
// workload read as a stream.
func moments(t testing.TB, w Workload) (rate, cv float64) {
	t.Helper()
	var n, sum, squares float64
	last := time.Duration(-1)
	eachRequest(t, w, func(q Request) {
		if last >= 0 {
			gap := (q.At - last).Seconds()
			sum += gap
			squares += gap * gap
		}
		last = q.At
		n++
	})
	mean := sum / (n - 1)
	return n / w.Info().Span.Seconds(), math.Sqrt(math.Max(0, squares/(n-1)-mean*mean)) / mean
}

// counts returns the number of requests in each window of the span.
func counts(t testing.TB, w Workload, window time.Duration) []float64 {
	t.Helper()
	c := make([]float64, (w.Info().Span+window-1)/window)
	eachRequest(t, w, func(q Request) { c[q.At/window]++ })
	return c
}

func eachRequest(t testing.TB, w Workload, do func(Request)) {
	t.Helper()
	s := must(w.Open())(t)
	batch := make([]Request, 1024)
	for {
		n, err := s.Read(batch)
		for _, q := range batch[:n] {
			do(q)
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// files is an Opener over texts.
func files(texts map[string]string) Opener {
	return func(name string) (io.ReadCloser, error) {
		text, ok := texts[name]
		if !ok {
			return nil, fmt.Errorf("open %s: %w", name, os.ErrNotExist)
		}
		return io.NopCloser(&oneByteAtATime{text}), nil
	}
}

// oneByteAtATime gives short reads, which a reader must not take for the end.
type oneByteAtATime struct{ rest string }

func (r *oneByteAtATime) Read(p []byte) (int, error) {
	if r.rest == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(1, len(p))], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// sharedTrace opens a trace that is kept beside the repository, or skips.
func sharedTrace(t testing.TB, name string) (Opener, string) {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "data", "traces", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the trace %s is not beside the repository: %v", name, err)
	}
	return func(name string) (io.ReadCloser, error) { return os.Open(name) }, path
}

func poisson(rate float64, span time.Duration) v1alpha1.Generator {
	return v1alpha1.Generator{Rate: unit.Rate(rate), Span: unit.Duration(span)}
}
