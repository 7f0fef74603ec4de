package coldstart

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/record"
)

func TestOpenLambda(t *testing.T) {
	target := v1alpha1.Target{Name: "fn", ColdStart: &v1alpha1.ColdStartMethod{Lambda: &v1alpha1.LambdaColdStart{Variable: "COLD"}}}
	env := Environment{AWS: aws.AnonymousCredentials{}}
	for url, want := range map[string]string{
		"lambda://infer?region=us-east-1":                "",
		"lambda://infer?region=us-east-1&qualifier=live": "target fn: coldStart: lambda: the URL names live of the function, and a version cannot be changed",
		"lambda://infer?endpoint=http://127.0.0.1:1":     "target fn: coldStart: lambda: expected the region",
	} {
		target.URL = url
		f, err := Open(target, env)
		if (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v", url, err)
		}
		if err == nil && (f.Server() != "https://lambda.us-east-1.amazonaws.com" || f.Change() != "changes the environment variable COLD of function infer, and takes it away at the end") {
			t.Errorf("%s %s", f.Server(), f.Change())
		}
	}
	if _, err := openLambda(target, Environment{}); err == nil {
		t.Error("no credentials are needed")
	}
}

// TestReportedPhases are reckoned from the end of the answer, and never before the request.
func TestReportedPhases(t *testing.T) {
	r := &record.Record{Sent: second, FirstByte: 5 * second, LastByte: 5 * second, Started: 2 * second, Ran: 1500 * time.Millisecond}
	want := map[record.PhaseName]time.Duration{record.Process: 1500 * time.Millisecond, record.Ready: 3500 * time.Millisecond}
	if diff := cmp.Diff(want, times(new(function).phases(r))); diff != "" {
		t.Error(diff)
	}
	r.Started = 10 * second
	if got := times(new(function).phases(r))[record.Process]; got != second {
		t.Errorf("the process began at %s, before the request", got)
	}
}
