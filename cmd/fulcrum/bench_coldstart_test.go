package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/coldstart"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// changing is a forcer of which only the announcement is looked at.
type changing struct{ server string }

func (c changing) Server() string { return c.server }
func (c changing) Change() string { return "scales deployment default/encoder to 0 and back" }

func (c changing) Force(context.Context, func() time.Duration, func(context.Context) record.Record) (record.ColdStart, error) {
	return record.ColdStart{}, nil
}
func (c changing) Restore(context.Context) error { return nil }

// TestAnnounce: what is changed elsewhere is asked about every time; on this machine it is said.
func TestAnnounce(t *testing.T) {
	in := asking("http://127.0.0.1/")
	in.Suite.Spec.Targets[0].Name = "k8s"
	in.Suite.Spec.ColdStarts = &v1alpha1.ColdStarts{Count: 5}
	in.Suite.Spec.KeepAlive = &v1alpha1.KeepAliveSearch{From: 60e9, To: 240e9, Within: 1}
	for _, test := range []struct {
		server string
		yes    bool
		want   string
	}{
		{"https://127.0.0.1:6443", false, ""},
		{"https://10.1.2.3:6443", true, ""},
		{"https://10.1.2.3:6443", false, "expected a confirmation of what changes your system (scales deployment default/encoder to 0 and back): add --yes"},
		{"", false, ""},
	} {
		var said bytes.Buffer
		err := announce(streams{in: strings.NewReader("yes\n"), err: &said}, in, map[string]coldstart.Forcer{"k8s": changing{test.server}}, test.yes)
		if (err == nil) != (test.want == "") || err != nil && !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%+v: error %v", test, err)
		}
		want := "k8s: the search for its keep-alive window takes up to 7m\n"
		if test.server != "" {
			want = "k8s: scales deployment default/encoder to 0 and back, 5 times, by " + test.server + "\n" + want
		}
		if said.String() != want {
			t.Errorf("%+v: said\n%swant\n%s", test, said.String(), want)
		}
	}
}

// TestColdStartsFlag changes the number of a suite file, and takes them away.
func TestColdStartsFlag(t *testing.T) {
	const head = `{apiVersion: fulcrum.dev/v1alpha1, kind: Suite, metadata: {name: a}, spec: {targets: [{name: a, url: `
	for _, test := range []struct {
		spec, flag string
		count      int
		want       string
	}{
		{`"http://localhost:1/", coldStart: {idle: 1m}}]}}`, "2", 2, ""},
		{`"http://localhost:1/", coldStart: {idle: 1m}}]}}`, "0", 0, "--cold-starts 0: nothing is left to be done"},
		{`"http://localhost:1/", coldStart: {idle: 1m}, keepAlive: {}}]}}`, "0", 0, ""},
		{`"http://localhost:1/", keepAlive: {}}]}}`, "1", 0, "--cold-starts: no target says how"},
		{`"lambda://infer?region=us-east-1", keepAlive: {}}]}}`, "1", 1, ""},
		{`"http://localhost:1/", coldStart: {idle: 1m}}]}}`, "-1", 0, "--cold-starts: expected a number from 0 to 1000, got -1"},
	} {
		s, err := suitefile.Load("suite.yaml", []byte(head+test.spec))
		if err != nil {
			t.Fatal(err)
		}
		var f suiteFlags
		fs := pflag.NewFlagSet("bench", pflag.ContinueOnError)
		f.register(fs)
		if err := fs.Parse([]string{"--cold-starts", test.flag}); err != nil {
			t.Fatal(err)
		}
		err = f.adjustColdStarts(fs, s)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v", test, err)
			continue
		}
		count := 0
		if s.Spec.ColdStarts != nil {
			count = s.Spec.ColdStarts.Count
		}
		if err == nil && count != test.count {
			t.Errorf("%+v: %d cold starts", test, count)
		}
	}
}

// TestIdleIsToldOfTheLoad: what waits for an idle target is what bench tells when the target was asked last.
func TestIdleIsToldOfTheLoad(t *testing.T) {
	s := asking("http://127.0.0.1/").Suite
	s.Spec.Targets[0].ColdStart = &v1alpha1.ColdStartMethod{Idle: 60e9}
	forcers, err := openForcers(s, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := forcers[s.Spec.Targets[0].Name].(bench.Idler); !ok {
		t.Errorf("%T is no bench.Idler", forcers[s.Spec.Targets[0].Name])
	}
}
