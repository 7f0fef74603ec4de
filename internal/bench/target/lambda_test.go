package target

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"

	"fulcrum.dev/fulcrum/internal/record"
)

const (
	coldLog = "START\nREPORT RequestId: a\tDuration: 3.00 ms\tBilled Duration: 300 ms\tInit Duration: 250.00 ms\t\n"
	warmLog = "REPORT RequestId: Init Duration\tDuration: 3.00 ms\tBilled Duration: 3 ms\n"
)

// TestStreamsThatAreNone: what is no event stream is said to be none, and never asked for more memory than a message has.
func TestStreamsThatAreNone(t *testing.T) {
	for name, data := range map[string]string{
		"text": "data: hello, this is no event stream", "huge": "\xff\xff\xff\xff\x00\x00\x00\x00", "short": "\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		r := newRecord()
		_, err := io.ReadAll(newInvocation(strings.NewReader(data), &r))
		if got := classify(t.Context(), err, withinAnswer, false); got != record.BadStream {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestColdStart(t *testing.T) {
	for log, want := range map[string]bool{
		coldLog: true, warmLog: false, "": false, "Init Duration: 1 ms\n" + warmLog: false,
		"REPORT RequestId: a\tDuration: 1.00 ms\tRestore Duration: 90.00 ms\tBilled Restore Duration: 3 ms\n":            true,
		"INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout\nREPORT RequestId: a\tDuration: 1.00 ms\n": true,
	} {
		var r record.Record
		if takeReport(base64.StdEncoding.EncodeToString([]byte(log)), &r); r.Cold != want {
			t.Errorf("%q: %t", log, r.Cold)
		}
	}
	var r record.Record
	if takeReport("no base64", &r); r.Cold {
		t.Error("no log tells nothing")
	}
	const log = "REPORT RequestId: a\tDuration: 1.50 ms\tBilled Duration: 92 ms\tInit Duration: 90.25 ms\t\n"
	if takeReport(base64.StdEncoding.EncodeToString([]byte(log)), &r); r.Ran != 1500*time.Microsecond || r.Started != 90250*time.Microsecond {
		t.Errorf("ran for %s after a start of %s", r.Ran, r.Started)
	}
}

func FuzzInvocation(f *testing.F) {
	var b bytes.Buffer
	m := eventstream.Message{Payload: []byte("a")}
	m.Headers.Set(eventstreamapi.MessageTypeHeader, eventstream.StringValue(eventstreamapi.EventMessageType))
	m.Headers.Set(eventstreamapi.EventTypeHeader, eventstream.StringValue("PayloadChunk"))
	if err := eventstream.NewEncoder().Encode(&b, m); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newRecord()
		if text, err := io.ReadAll(newInvocation(bytes.NewReader(data), &r)); err == nil && len(text) > len(data) {
			t.Errorf("%d bytes of %d", len(text), len(data))
		}
	})
}
