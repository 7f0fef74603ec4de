// Package selftest says how wrong bench is on this machine: it measures servers in this process whose behaviour is known,
// and puts what they did beside what was measured.
//
// In goes the time for each case; out comes a Result. Start with Run.
package selftest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/analysis"
	"fulcrum.dev/fulcrum/internal/bench"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/suitefile"
)

// Version is the schema version of a Result.
const Version = "fulcrum.dev/bench-selftest/v1alpha1"

// Result is what servers of known behaviour did beside what was measured of them.
type Result struct {
	SchemaVersion string `json:"schemaVersion"`
	Rows          []Row  `json:"rows"`
}

// Row is one figure.
type Row struct {
	Case     string  `json:"case"`
	Quantity string  `json:"quantity"`
	True     float64 `json:"true"`
	Measured float64 `json:"measured"`
	// Unit is s or requests.
	Unit string `json:"unit"`
}

// Off is how far the measurement is from the truth.
func (r Row) Off() float64 { return r.Measured - r.True }

// rate is that of each case, in requests a second: few enough for a small machine.
const rate = 100

// Run measures servers on loopback whose behaviour is known: one with a service time, one that freezes for a
// fifth of the time, one that trickles its answer, one that closes connections. Each case takes the given time.
//
// It is an error when requests are lost or counted wrong; how far times are off depends on the machine, and is the result.
func Run(ctx context.Context, each time.Duration) (*Result, error) {
	t := &Result{SchemaVersion: Version}
	for _, c := range []struct {
		name  string
		start func(time.Duration) (*testServer, error)
		rows  func(*testServer, *record.Log, *analysis.Result) ([]Row, error)
	}{
		{"service time of 40 ms", startSteady, steadyRows},
		{"frozen a fifth of the time", startFreezing, freezingRows},
		{"trickles for 100 ms", startTrickling, steadyRows},
		{"closes every fifth connection", startClosing, closingRows},
	} {
		rows, err := runCase(ctx, each, c.start, c.rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		for _, r := range rows {
			r.Case = c.name
			t.Rows = append(t.Rows, r)
		}
	}
	return t, nil
}

func runCase(ctx context.Context, each time.Duration, start func(time.Duration) (*testServer, error),
	rows func(*testServer, *record.Log, *analysis.Result) ([]Row, error),
) ([]Row, error) {
	server, err := start(each)
	if err != nil {
		return nil, err
	}
	defer server.close()
	suite := &v1alpha1.Suite{APIVersion: v1alpha1.APIVersion, Kind: v1alpha1.KindSuite, Metadata: v1alpha1.Metadata{Name: "selftest"}}
	suite.Spec.Targets = []v1alpha1.Target{{Name: "selftest", URL: server.url()}}
	suite.Spec.Load = v1alpha1.SuiteLoad{Arrivals: "constant", Phases: []v1alpha1.Phase{{Rate: rate, Duration: unit.Duration(each)}}}
	suitefile.Default(suite)
	w, err := bench.Workload(nil, suite)
	if err != nil {
		return nil, err
	}
	p, err := bench.Project(suite, w)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := bench.Run(ctx, bench.Input{Suite: suite, Workload: w, Projection: p, Tool: "selftest"}, &b); err != nil {
		return nil, err
	}
	log, err := record.ReadLog(&b)
	if err != nil {
		return nil, err
	}
	switch {
	case !log.End.Complete:
		return nil, fmt.Errorf("the self-test was stopped: %s", log.End.Reason)
	case int64(len(log.Records)) != p.Requests:
		return nil, fmt.Errorf("%d records of %d requests", len(log.Records), p.Requests)
	}
	a := analysis.Of(log.Columns(), 1)
	made, err := rows(server, log, a)
	return append(made, Row{Quantity: "lateness p50", Measured: a.Lateness.P50, Unit: "s"},
		Row{Quantity: "lateness p99", Measured: a.Lateness.P99, Unit: "s"}), err
}

// steadyRows compare with what the server took by its own clock.
func steadyRows(s *testServer, log *record.Log, a *analysis.Result) ([]Row, error) {
	if n := a.Targets[0].Kinds[record.OK]; n != int64(len(log.Records)) {
		return nil, fmt.Errorf("%d of %d requests were answered right: %v", n, len(log.Records), a.Examples)
	}
	var measured []float64
	for i := range log.Records {
		d, _ := log.Records[i].Service()
		measured = append(measured, d.Seconds())
	}
	truth := s.took()
	return []Row{
		{Quantity: "service p50", True: quantile(truth, 0.50), Measured: quantile(measured, 0.50), Unit: "s"},
		{Quantity: "service p99", True: quantile(truth, 0.99), Measured: quantile(measured, 0.99), Unit: "s"},
	}, nil
}

// freezingRows compare with what each request of the schedule had to wait until the server thawed.
func freezingRows(s *testServer, log *record.Log, a *analysis.Result) ([]Row, error) {
	if n := a.Targets[0].Kinds[record.OK]; n != int64(len(log.Records)) {
		return nil, fmt.Errorf("%d of %d requests were answered right: %v", n, len(log.Records), a.Examples)
	}
	from := s.frozenAt().Sub(log.Header.Start)
	to := from + s.freeze
	var truth, measured []float64
	for i := range log.Records {
		r := &log.Records[i]
		wait := 0.0
		if r.Scheduled >= from && r.Scheduled < to {
			wait = (to - r.Scheduled).Seconds()
		}
		d, _ := r.Latency()
		truth, measured = append(truth, wait), append(measured, d.Seconds())
	}
	return []Row{
		{Quantity: "latency p90", True: quantile(truth, 0.90), Measured: quantile(measured, 0.90), Unit: "s"},
		{Quantity: "latency p99", True: quantile(truth, 0.99), Measured: quantile(measured, 0.99), Unit: "s"},
	}, nil
}

// closingRows compare counts, which must be right.
func closingRows(s *testServer, log *record.Log, a *analysis.Result) ([]Row, error) {
	kinds := a.Targets[0].Kinds
	closed, answered := s.counts()
	if kinds[record.Reset] != closed || kinds[record.OK] != answered || closed+answered != int64(len(log.Records)) {
		return nil, fmt.Errorf("the server closed %d and answered %d of %d requests, recorded were %v", closed, answered, len(log.Records), kinds)
	}
	return []Row{
		{Quantity: "closed", True: float64(closed), Measured: float64(kinds[record.Reset]), Unit: "requests"},
		{Quantity: "answered", True: float64(answered), Measured: float64(kinds[record.OK]), Unit: "requests"},
	}, nil
}

// quantile is the percentile at a share q, or 0 of none.
func quantile(xs []float64, q float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	return stats.NearestRank(slices.Sorted(slices.Values(xs)), q)
}
