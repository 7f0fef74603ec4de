package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fulcrum.dev/fulcrum/internal/bench"
)

// TestProgressLines: short work says nothing, long work a line every ten seconds, whether or not it counts its steps.
func TestProgressLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		p := newProgress(&b, "reading x.csv")
		time.Sleep(9 * time.Second)
		p.read(120e6)
		time.Sleep(2 * time.Second)
		p.begin("sorting")
		time.Sleep(9500 * time.Millisecond)
		p.begin("simulating")
		time.Sleep(500 * time.Millisecond)
		p.set(1, 4)
		p.note("the verdict so far")
		time.Sleep(15 * time.Second)
		p.finish()
		time.Sleep(time.Hour)
		p.finish()
		want := `fulcrum: reading x.csv: 120 MB read in 10s
fulcrum: sorting: 9s so far
fulcrum: the verdict so far
fulcrum: simulating: 1 of 4 steps done in 10s, about 29s left
`
		if b.String() != want {
			t.Errorf("printed\n%swant\n%s", b.String(), want)
		}
	})
}

// TestLiveLines: where no line can be rewritten there is one every ten seconds of each run.
func TestLiveLines(t *testing.T) {
	var b strings.Builder
	line := newLiveLine(&b)
	for range 2 { // runs
		for s := range 25 {
			line.show(bench.Live{Elapsed: time.Duration(s) * time.Second, Doing: "waits"})
		}
	}
	line.finish()
	if want := strings.Repeat("fulcrum: 10s  waits\nfulcrum: 20s  waits\n", 2); b.String() != want {
		t.Errorf("printed\n%swant\n%s", b.String(), want)
	}
}
