package record

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func testColdStart() ColdStart {
	return ColdStart{
		Target: 1, Method: "kubernetes-scale", Confirmed: true, Evidence: "pod encoder-7 started",
		Phases: []Phase{
			{Trigger, time.Second, ByClient},
			{Capacity, Unseen, Unobserved},
			{Placed, 2 * time.Second, ByPlatform},
			{FirstByte, 3 * time.Second, ByClient},
		},
		Request: Record{Target: 1, Cold: true, Sent: 2 * time.Second, LastByte: 3 * time.Second, FirstToken: Unseen},
	}
}

func TestLogKeepsColdStartsAmongRecords(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, testHeader())
	if err != nil {
		t.Fatal(err)
	}
	record := Record{Sequence: 5, LastByte: time.Second}
	window := KeepAlive{Target: 1, Warm: time.Minute, Cold: 2 * time.Minute, Tries: []IdleGap{{Gap: time.Minute}, {Gap: 2 * time.Minute, Cold: true}}}
	for _, err := range []error{w.Append(&record), w.AppendColdStart(testColdStart()), w.AppendKeepAlive(window), w.Append(&record), w.Close(End{Complete: true})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	l, err := ReadLog(&b)
	if err != nil || l.Damage != "" || l.End == nil {
		t.Fatal(err, l.Damage)
	}
	if diff := cmp.Diff([]ColdStart{testColdStart()}, l.ColdStarts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]KeepAlive{window}, l.KeepAlives); diff != "" {
		t.Error(diff)
	}
	if len(l.Records) != 2 || l.End.Records != 2 {
		t.Errorf("%d records, the end says %d, want 2", len(l.Records), l.End.Records)
	}
}

// TestLogRefusesColdStarts that cannot be: what follows them is left out, as after any damage.
func TestLogRefusesColdStarts(t *testing.T) {
	for want, edit := range map[string]func(*ColdStart){
		"target 2 of 2":       func(c *ColdStart) { c.Target = 2 },
		`phase "capacity"`:    func(c *ColdStart) { c.Phases[1].At = 0 },
		`phase "trigger"`:     func(c *ColdStart) { c.Phases[0].At = Unseen },
		`phase "scheduled"`:   func(c *ColdStart) { c.Phases[3].Name = Placed },
		`phase "lunch"`:       func(c *ColdStart) { c.Phases[3].Name = "lunch" },
		`seen by "the press"`: func(c *ColdStart) { c.Phases[3].By = "the press" },
	} {
		var b bytes.Buffer
		w, err := NewWriter(&b, testHeader())
		if err != nil {
			t.Fatal(err)
		}
		c := testColdStart()
		edit(&c)
		if err := w.AppendColdStart(c); err != nil {
			t.Fatal(err)
		}
		if l, err := ReadLog(&b); err != nil || len(l.ColdStarts) != 0 || !strings.Contains(l.Damage, want) {
			t.Errorf("damage %q, %v, want one with %s", l.Damage, err, want)
		}
	}
}
