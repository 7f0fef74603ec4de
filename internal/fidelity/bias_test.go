package fidelity

import (
	"slices"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/home"
)

// TestBiasIsSeen: a simulator that was wrong by one or two percent would give rows that are off, even with a tenth of the requests.
func TestBiasIsSeen(t *testing.T) {
	slower := func(h *home.Home) { h.Service.Scale = 1.02 }
	for name, test := range map[string]struct {
		experiments func() ([]experiment, error)
		name        string
		wrong       func(h *home.Home)
	}{
		"replicas that are 2 % slower":           {mmc, "c = 16, lambda = 12.8", slower},
		"functions that are 2 % slower":          {loss, "functions: limit 10, load 8, constant", slower},
		"a place in the queue less":              {loss, "cluster: c = 4, K = 8, lambda = 3.6", func(h *home.Home) { h.Cluster.Queue.Length-- }},
		"tokens that take 2 % longer":            {sharing, "constant", func(h *home.Home) { h.Service.Batch.Beta += 20 * time.Microsecond }},
		"starts that go on":                      {setUp, "M/M/infinity, lambda = 5, alpha = 0.1", func(h *home.Home) { h.Container.CancelSurplus = false }},
		"environments that expire 2 % too early": {keepAlive, "E[S] to 0, lambda = 0.1, tau = 20 s", func(h *home.Home) { h.Function.IdleExpiry -= 400 * time.Millisecond }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list, err := test.experiments()
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(list, func(e experiment) bool { return e.name == test.name })
			if i < 0 {
				t.Fatalf("no experiment %q", test.name)
			}
			e := list[i]
			right, err := e.rows(t.Context(), "test", Options{Seed: 1, Scale: 0.1})
			if err != nil {
				t.Fatal(err)
			}
			test.wrong(&e.systems[0][0])
			wrong, err := e.rows(t.Context(), "test", Options{Seed: 1, Scale: 0.1})
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(right, isOff) || !slices.ContainsFunc(wrong, isOff) {
				t.Errorf("right: %+v\nwrong: %+v", right, wrong)
			}
		})
	}
}

func isOff(r Row) bool { return !r.OK }

// TestCheapestTellsApart: a number of slots that costs less by chance is not off, one that costs less for sure is.
func TestCheapestTellsApart(t *testing.T) {
	expected := []float64{10, 11, 9, 10.5, 9.5}
	shifted := func(by ...float64) []float64 {
		list := slices.Clone(expected)
		for i := range list {
			list[i] += by[i%len(by)]
		}
		return list
	}
	for name, test := range map[string]struct {
		other []float64
		got   float64
		ok    bool
	}{
		"dearer":              {shifted(1, 1.1), 3, true},
		"cheaper by chance":   {shifted(-1, 0.9), 4, true},
		"cheaper by far":      {shifted(-1, -1.1), 4, false},
		"cheaper by the same": {shifted(-0.1), 4, false},
	} {
		r := cheapest(Row{Expected: 3}, 3, [][]float64{expected, test.other})
		if r.Got != test.got || r.OK != test.ok {
			t.Errorf("%s: %+v, want %g and %t", name, r, test.got, test.ok)
		}
	}
}
