package workload_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/workloadtest"
)

// errBroken is what a broken source ends with.
var errBroken = errors.New("broken")

// broken is a workload whose stream fails after three requests.
type broken struct{}

func (broken) Info() workload.Info { return workload.Info{Span: time.Hour} }

func (broken) Open() (workload.Stream, error) { return &brokenStream{}, nil }

type brokenStream struct{ read int }

func (s *brokenStream) Read(dst []workload.Request) (int, error) {
	if s.read == 3 {
		return 0, errBroken
	}
	s.read++
	dst[0] = workload.Request{At: time.Duration(s.read) * time.Second}
	return 1, nil
}

// TestOperationsPassErrorsOn after the requests that came before, and keep saying so.
func TestOperationsPassErrorsOn(t *testing.T) {
	for name, w := range map[string]workload.Workload{
		"slice":     workloadtest.Must(workload.Slice(broken{}, 0, time.Minute))(t),
		"thin":      workloadtest.Must(workload.Scale(broken{}, 0.999999, 1))(t),
		"superpose": workloadtest.Must(workload.Scale(broken{}, 1.000001, 1))(t),
		"repeat":    workloadtest.Must(workload.Repeat(broken{}, 2))(t),
		"merge":     workloadtest.Must(workload.Merge(broken{}, workload.NewRecorded(workload.Info{Span: time.Second}, nil)))(t),
		"select":    workloadtest.Sample(t, broken{}, 2, time.Minute),
		"sizes":     workload.WithSizes(broken{}, workloadtest.CountedSizes{Draws: new(int)}, 1),
	} {
		all, err := workload.ReadAll(w)
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: %v, %v; want the source's error", name, all, err)
		}
		s := workloadtest.Must(w.Open())(t)
		batch, n := make([]workload.Request, 10), 0
		for err = nil; err == nil; {
			var read int
			read, err = s.Read(batch)
			n += read
		}
		if _, again := s.Read(batch); n != 3 || !errors.Is(err, errBroken) || !errors.Is(again, errBroken) {
			t.Errorf("%s: %d requests, then %v, then %v", name, n, err, again)
		}
	}
	if _, err := workload.Cache(broken{}, 10); !errors.Is(err, errBroken) {
		t.Errorf("cache: %v", err)
	}
}

// held is a workload whose streams hold something, as files do.
type held struct {
	workload.Workload
	open int
}

func (h *held) Open() (workload.Stream, error) {
	s, err := h.Workload.Open()
	h.open++
	return &heldStream{s, h}, err
}

type heldStream struct {
	workload.Stream
	held *held
}

func (s *heldStream) Close() error {
	s.held.open--
	return nil
}

// TestStreamsLeftEarlyGiveBackWhatTheyHold: operations are closed as their sources are.
func TestStreamsLeftEarlyGiveBackWhatTheyHold(t *testing.T) {
	source := &held{Workload: workloadtest.PoissonRecord(100, time.Hour)}
	for name, w := range map[string]workload.Workload{
		"slice":     workloadtest.Must(workload.Slice(source, 0, time.Minute))(t),
		"thin":      workloadtest.Must(workload.Scale(source, 0.5, 1))(t),
		"superpose": workloadtest.Must(workload.Scale(source, 1.5, 1))(t),
		"repeat":    workloadtest.Must(workload.Repeat(source, 2))(t),
		"merge":     workloadtest.Must(workload.Merge(source, source))(t),
		"select":    workloadtest.Sample(t, source, 2, time.Minute),
		"sizes":     workload.WithSizes(source, workloadtest.CountedSizes{Draws: new(int)}, 1),
	} {
		s := workloadtest.Must(w.Open())(t)
		if n, err := s.Read(make([]workload.Request, 3)); n == 0 || err != nil || source.open == 0 {
			t.Fatalf("%s: Read = %d, %v with %d streams open", name, n, err, source.open)
		}
		if err := s.(interface{ Close() error }).Close(); err != nil || source.open != 0 {
			t.Errorf("%s: %d streams still open, %v", name, source.open, err)
		}
		source.open = 0
	}
	if w := workloadtest.Must(workload.Cache(source, 10))(t); w != workload.Workload(source) || source.open != 0 {
		t.Errorf("Cache of too much: %v with %d streams open", w, source.open)
	}
	if all := workloadtest.ReadAll(t, workloadtest.Must(workload.Slice(source, 0, time.Second))(t), 10); len(all) == 0 || source.open > 0 {
		t.Errorf("a slice read to its end leaves %d streams open", source.open)
	}
}

func TestReadRefusesAnEmptyBatch(t *testing.T) {
	record := workload.NewRecorded(workload.Info{Span: time.Hour}, []workload.Request{{At: 1}})
	for name, w := range map[string]workload.Workload{
		"slice":     workloadtest.Must(workload.Slice(record, 0, time.Minute))(t),
		"superpose": workloadtest.Must(workload.Scale(record, 2, 1))(t),
		"repeat":    workloadtest.Must(workload.Repeat(record, 2))(t),
		"merge":     workloadtest.Must(workload.Merge(record, record))(t),
	} {
		if n, err := workloadtest.Must(w.Open())(t).Read(nil); n != 0 || !errors.Is(err, io.ErrShortBuffer) {
			t.Errorf("%s: Read(nil) = %d, %v; want io.ErrShortBuffer", name, n, err)
		}
	}
}
