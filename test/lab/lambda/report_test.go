package lambda

import (
	"io"
	"testing"
	"time"
)

func TestReportLines(t *testing.T) {
	r := report{id: "8f50", duration: 1203400 * time.Nanosecond, memory: 128, used: 15 << 20}
	cold, late, gone := r, r, r
	cold.init = 250*time.Millisecond + 10*time.Microsecond
	late.duration, late.fault = 3*time.Second, timedOut(3*time.Second)
	gone.fault = exited(nil)
	for got, want := range map[string]string{
		r.String():    "REPORT RequestId: 8f50\tDuration: 1.20 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 15 MB\t",
		cold.String(): "REPORT RequestId: 8f50\tDuration: 1.20 ms\tBilled Duration: 252 ms\tMemory Size: 128 MB\tMax Memory Used: 15 MB\tInit Duration: 250.01 ms\t",
		late.String(): "REPORT RequestId: 8f50\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 15 MB\tStatus: timeout",
		gone.String(): "REPORT RequestId: 8f50\tDuration: 1.20 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 15 MB\tStatus: error\tError Type: Runtime.ExitError",
		initReport(10*time.Second, "init", timedOut(time.Second)): "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout",
		initReport(1236*time.Millisecond, "invoke", exited(nil)):  "INIT_REPORT Init Duration: 1236.00 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError",
		initReport(12*time.Millisecond, "init", nil):              "INIT_REPORT Init Duration: 12.00 ms\tPhase: init\tStatus: success",
	} {
		if got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, text := range []string{"f", "f:$LATEST", "f:1", "000000000000:function:f:live", "arn:aws:lambda:us-east-1:000000000000:function:f", "function:f", "::", ""} {
		f.Add(text, "")
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		name, qualifier, err := parseName(text, query)
		if err == nil && (!nameRule.MatchString(name) || !qualifierRule.MatchString(qualifier)) {
			t.Errorf("%q, %q: got %q, %q", text, query, name, qualifier)
		}
	})
}

func FuzzParseAuthorization(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")
	f.Add("AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=")
	f.Fuzz(func(t *testing.T, header string) {
		if _, _, signed, ok := parseAuthorization(header); ok && len(signed) == 0 {
			t.Errorf("%q: accepted without a signed header", header)
		}
	})
}

func TestLogsKeepOrderAndEnd(t *testing.T) {
	l, err := newLogs(io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	l.begin()
	l.print("START")
	if _, err := l.writer.WriteString("no end of line"); err != nil {
		t.Fatal(err)
	}
	l.print("END")
	if got := string(l.text()); got != "START\nno end of line\nEND\n" {
		t.Errorf("got %q", got)
	}
	l.begin()
	for range 1000 {
		if _, err := l.writer.WriteString("0123456789"); err != nil {
			t.Fatal(err)
		}
	}
	l.print("END")
	if got := l.text(); len(got) != maxLogTail || string(got[len(got)-15:]) != "0123456789\nEND\n" {
		t.Errorf("got %d bytes, the last %q", len(got), got[len(got)-15:])
	}
}
