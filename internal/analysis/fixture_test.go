package analysis

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"fulcrum.dev/fulcrum/internal/record"
)

const ms = time.Millisecond

func testHeader() record.Header {
	return record.Header{
		Suite: "encoder", SuiteHash: "00ff", Tool: "fulcrum test", Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Targets: []record.TargetInfo{{Name: "a", URL: "http://127.0.0.1:1"}, {Name: "b", URL: "http://127.0.0.1:2"}},
		Gate:    record.Gate{Percentile: 99, Max: 10 * time.Millisecond},
	}
}

// twoTargets is a log of rounds in which b takes a time and a 1.5 times as long; late is the client's delay.
func twoTargets(rounds int, late time.Duration) *record.Log {
	l := &record.Log{Header: testHeader(), End: &record.End{Complete: true, Elapsed: time.Minute}}
	r := rand.New(rand.NewPCG(3, 3))
	for i := range rounds {
		for target := range 2 {
			for range 5 {
				at := time.Duration(len(l.Records)) * 10 * ms
				took := time.Duration((1 + r.Float64()) * float64(10*ms))
				if target == 0 {
					took = took * 3 / 2
				}
				l.Records = append(l.Records, record.Record{
					Sequence: int64(len(l.Records)), Round: int64(i), Target: target, Scheduled: at, Sent: at + late,
					Connected: at + late, FirstByte: at + late + took, LastByte: at + late + took, FirstToken: record.Unseen,
				})
			}
		}
	}
	return l
}

func testColdStart() record.ColdStart {
	return record.ColdStart{
		Target: 1, Method: "kubernetes-scale", Confirmed: true, Evidence: "pod encoder-7 started",
		Phases: []record.Phase{
			{Name: record.Trigger, At: time.Second, By: record.ByClient},
			{Name: record.Capacity, At: record.Unseen, By: record.Unobserved},
			{Name: record.Placed, At: 2 * time.Second, By: record.ByPlatform},
			{Name: record.FirstByte, At: 3 * time.Second, By: record.ByClient},
		},
		Request: record.Record{Target: 1, Cold: true, Sent: 2 * time.Second, LastByte: 3 * time.Second, FirstToken: record.Unseen},
	}
}

// written is a log as a file.
func written(t testing.TB, l *record.Log) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := record.NewWriter(&b, l.Header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range l.Records {
		if err := w.Append(&l.Records[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range l.ColdStarts {
		if err := w.AppendColdStart(c); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range l.KeepAlives {
		if err := w.AppendKeepAlive(k); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(*l.End); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
