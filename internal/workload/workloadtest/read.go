package workloadtest

import (
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/workload"
)

// Benchmark reports requests per second of reading w again and again.
func Benchmark(b *testing.B, w workload.Workload) {
	s := Must(w.Open())(b)
	batch := make([]workload.Request, 1024)
	b.ReportAllocs()
	read := 0
	for b.Loop() {
		n, err := s.Read(batch)
		if err == io.EOF {
			s = Must(w.Open())(b)
			continue
		}
		if err != nil {
			b.Fatal(err)
		}
		read += n
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "req/s")
}

// Must returns the value, or fails the test with the error: must(f())(t).
func Must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// T is what rapid's and testing's tests have in common.
type T interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// ReadAll reads a workload in batches of the given size and checks what every workload promises.
func ReadAll(t T, w workload.Workload, batch int) []workload.Request {
	t.Helper()
	s, err := w.Open()
	if err != nil {
		t.Fatal(err)
	}
	span := w.Info().Span
	var (
		all  []workload.Request
		last time.Duration
		buf  = make([]workload.Request, batch)
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

// Same fails when two readings differ.
func Same(t T, what string, got, want []workload.Request) {
	t.Helper()
	if slices.Equal(got, want) {
		return // a difference is rare, and takes long to look for
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%.2000s", what, diff)
	}
}

// Near fails unless got is within tolerance of want, both absolute.
func Near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s = %.6g, want %.6g +- %.2g", what, got, want, tolerance)
	}
}

// Moments returns the mean rate per second, and the cv of the gaps, of a
// workload read as a stream.
func Moments(t testing.TB, w workload.Workload) (rate, cv float64) {
	t.Helper()
	var n, sum, squares float64
	last := time.Duration(-1)
	Each(t, w, func(q workload.Request) {
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

// Counts returns the number of requests in each window of the span.
func Counts(t T, w workload.Workload, window time.Duration) []float64 {
	t.Helper()
	c := make([]float64, (w.Info().Span+window-1)/window)
	Each(t, w, func(q workload.Request) { c[q.At/window]++ })
	return c
}

// Each calls do for every request in order, in constant memory.
func Each(t T, w workload.Workload, do func(workload.Request)) {
	t.Helper()
	s, err := w.Open()
	if err != nil {
		t.Fatal(err)
	}
	batch := make([]workload.Request, 1024)
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
