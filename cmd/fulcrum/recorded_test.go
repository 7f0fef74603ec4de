package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"fulcrum.dev/fulcrum/internal/record"
)

// recorded DIR TARGETS RATE COUNT [closed|late|failing] writes what bench --out would have: a run of so many Poisson
// requests a second, to targets in turns, each answered after 20 ms and a little. No time passes, so that what is
// calibrated from it depends on no machine.
func recorded(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 || len(args) > 5 {
		ts.Fatalf("usage: recorded DIR TARGETS RATE COUNT [closed|late|failing]")
	}
	rate, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	count, err := strconv.Atoi(args[3])
	ts.Check(err)
	data, err := recordedLog(strings.Split(args[1], ","), rate, count, append(args, "")[4])
	ts.Check(err)
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	ts.Check(os.WriteFile(filepath.Join(dir, recordsFile), data, 0o666))
}

func recordedLog(targets []string, rate float64, count int, how string) ([]byte, error) {
	h := record.Header{
		Suite: "flags", SuiteHash: "0123456789abcdef", Tool: "fulcrum test", Start: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC),
		Load: fmt.Sprintf("%d requests", count), Closed: how == "closed", Planned: int64(count),
		Gate: record.Gate{Percentile: 99, Max: 10 * time.Millisecond},
	}
	for _, name := range targets {
		h.Targets = append(h.Targets, record.TargetInfo{Name: name, URL: "http://127.0.0.1/", Protocol: "http"})
	}
	var b bytes.Buffer
	w, err := record.NewWriter(&b, h)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(1, uint64(count)))
	var due, last time.Duration
	for i := range count {
		due += time.Duration(rng.ExpFloat64() / rate * 1e9)
		r := record.New(int64(i), int64(i/len(targets)), i%len(targets), due)
		r.Kind, r.Status, r.Sent, r.Reused = record.OK, 200, due, i > 0
		switch how {
		case "late":
			r.Sent += time.Second
		case "failing":
			r.Kind, r.Status = record.ServerError, 500
		}
		r.Connected = r.Sent
		r.LastByte = r.Sent + 20*time.Millisecond + time.Duration(rng.ExpFloat64()*float64(200*time.Microsecond))
		r.FirstByte = r.LastByte
		last = max(last, r.LastByte)
		if err := w.Append(&r); err != nil {
			return nil, err
		}
	}
	err = w.Close(record.End{Complete: true, Elapsed: last})
	return b.Bytes(), err
}
