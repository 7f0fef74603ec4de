package calibrate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/record"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/stats"
	"fulcrum.dev/fulcrum/internal/workload"
)

// The predicted metrics.
const (
	latency            = "latency"
	timeToFirstToken   = "time to first token"
	timePerOutputToken = "time per output token"
)

// replays is how often a schedule is simulated, each time with service times drawn anew; the percentiles are averaged.
const replays = 5

// Predict simulates a target's requests in a log, at the times when they were due, on one replica with the calibrated profile, and
// compares the percentiles with the measured ones. The log may be that of the calibration, or of another load on the same server.
func Predict(ctx context.Context, t *v1alpha1.CalibratedTarget, log *record.Log, target int, seed uint64) ([]v1alpha1.Prediction, error) {
	server, err := replica(&t.Profile)
	if err != nil {
		return nil, err
	}
	requests, seen := schedule(log, target)
	load := workload.NewRecorded(workload.Info{Name: "replay", Format: "records", Span: span(requests), HasTokens: true}, requests)
	var outcomes []simulate.Outcome
	for i := range uint64(replays) {
		o, err := simulate.Run(ctx, server, load, simulate.Options{Seed: seed + i})
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, o)
	}
	list := compare(latency, seen.latency, outcomes, t.Overhead+t.Tail, func(o simulate.Outcome) stats.Summary { return o.Latency })
	if server.Service.Batch != nil && !newSample(log, target).hidesTokens() { // else what was measured is of chunks
		list = append(list, compare(timeToFirstToken, seen.firstToken, outcomes, t.Overhead, func(o simulate.Outcome) stats.Summary { return o.TimeToFirstToken })...)
		list = append(list, compare(timePerOutputToken, seen.perToken, outcomes, 0, func(o simulate.Outcome) stats.Summary { return o.TimePerOutputToken })...)
	}
	return list, nil
}

// replica is one that is always there, as plan would build it from the profile.
func replica(p *v1alpha1.Profile) (home.Home, error) {
	spec := &v1alpha1.ModelSpec{Service: v1alpha1.Service{Profiles: []v1alpha1.Profile{*p}}}
	fit, err := arrange.FitService(spec, catalog.Hardware{GPU: p.GPU, Arch: p.CPU}, &catalog.Catalog{}, 0)
	if err != nil {
		return home.Home{}, err
	}
	return home.Home{Name: "replay", Service: fit.Service, Cluster: &home.Cluster{Replicas: 1, ReplicasPerNode: 1}}, nil
}

// observed is the measured times of a target, in seconds.
type observed struct{ latency, firstToken, perToken []float64 }

// schedule is the requests after the warm-up, with their actual sizes, and their measurements.
func schedule(log *record.Log, target int) ([]workload.Request, observed) {
	var requests []workload.Request
	var seen observed
	for i := range log.Records {
		r := &log.Records[i]
		total, ok := r.Latency()
		if r.Target != target || !isServed(r) || r.Cold || r.Scheduled < log.Header.Warmup || !ok {
			continue
		}
		requests = append(requests, workload.Request{At: r.Scheduled, Input: count(r.TokensIn), Output: count(max(1, r.TokensOut, r.ChunkCount))})
		if r.Kind != record.OK {
			continue
		}
		seen.latency = append(seen.latency, total.Seconds())
		if d, ok := r.TimeToFirstToken(); ok {
			seen.firstToken = append(seen.firstToken, d.Seconds())
		}
		if d, ok := r.TimePerOutputToken(); ok {
			seen.perToken = append(seen.perToken, d.Seconds())
		}
	}
	slices.SortStableFunc(requests, func(a, b workload.Request) int { return cmp.Compare(a.At, b.At) })
	return requests, seen
}

func count(tokens int64) int32 { return int32(min(tokens, math.MaxInt32)) }

func span(requests []workload.Request) time.Duration {
	if len(requests) == 0 {
		return 0
	}
	return requests[len(requests)-1].At + 1
}

func compare(metric string, seen []float64, outcomes []simulate.Outcome, by unit.Duration, of func(simulate.Outcome) stats.Summary) []v1alpha1.Prediction {
	if len(seen) == 0 {
		return nil
	}
	slices.Sort(seen)
	var list []v1alpha1.Prediction
	for _, p := range []struct {
		percent float64
		of      func(stats.Summary) float64
	}{
		{50, func(s stats.Summary) float64 { return s.P50 }},
		{95, func(s stats.Summary) float64 { return s.P95 }},
		{99, func(s stats.Summary) float64 { return s.P99 }},
	} {
		sum := 0.0
		for _, o := range outcomes {
			sum += p.of(of(o))
		}
		list = append(list, v1alpha1.Prediction{
			Metric: metric, Percentile: p.percent, Measured: rounded(quantileOf(seen, p.percent/100)),
			Predicted: rounded(sum/float64(len(outcomes)) + by.Seconds()),
		})
	}
	return list
}
