package fidelity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/catalog"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/simulate"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

const aboutLaws = `What holds in every run, whatever is drawn; shown here for a home of each kind. Every run checks the first two itself and ends
in an error where one is broken, and property tests check all of them for random homes.`

func laws(group string, _ *catalog.Catalog) ([]task, error) {
	var tasks []task
	for _, l := range lawCases() {
		tasks = append(tasks, counted(group, func(ctx context.Context, opt Options) ([]Row, error) { return l.rows(ctx, opt) })...)
	}
	return tasks, nil
}

// lawCase is a home with all its mechanisms at work.
type lawCase struct {
	name  string
	homes []home.Home
	// rate is the mean of a day's traffic, in requests per second.
	rate float64
	opt  simulate.Options
}

func lawCases() []lawCase {
	hpa := home.NewHPA(2, 40, 0.7)
	exponential := home.Service{Duration: random.Exponential(2), Concurrency: 1}
	scaled := home.Home{Name: "cluster", Service: exponential, Cluster: &home.Cluster{
		Replicas: 2, Autoscaler: hpa, ReplicasPerNode: 2, NodeStartUp: random.Constant(60), PodStartUp: random.Constant(10), NodeIdle: 5 * time.Minute,
	}}
	capped := environments(12, random.Exponential(2), 60)
	capped.Function.Init = random.Exponential(1)
	held := home.Home{Name: "containers", Service: home.Service{Duration: random.Exponential(2), Concurrency: 4}, Container: &home.Container{
		Max: 4, StartUp: random.Constant(30), IdleHold: time.Minute, QueueTimeout: 20 * time.Second, Step: 100 * time.Millisecond,
	}}
	batched := home.Home{
		Name: "batch", Cluster: &home.Cluster{Replicas: 1, ReplicasPerNode: 1},
		Service: home.Service{Concurrency: 32, Batch: &home.Batch{
			Alpha: 20 * time.Millisecond, Beta: 300 * time.Microsecond, Gamma: 100 * time.Microsecond, Max: 32,
		}},
	}
	retry := simulate.Retry{Attempts: 2, Backoff: time.Second, MaxBackoff: 20 * time.Second, Jitter: 1}
	return []lawCase{
		{name: "cluster with an HPA", homes: []home.Home{scaled}, rate: 4},
		{name: "functions at their limit, with retries", homes: []home.Home{capped}, rate: 4, opt: simulate.Options{Retry: retry}},
		{name: "containers, with time-outs of the queue", homes: []home.Home{held}, rate: 6},
		{name: "batched replica, callers that leave", homes: []home.Home{batched}, rate: 4, opt: simulate.Options{Timeout: 10 * time.Second, Cancel: true}},
		{name: "base with overflow", homes: base(8, random.Exponential(2)), rate: 4},
	}
}

// lawMoments is a moment in every 8.64 s of a day.
const lawMoments = 10_000

// run is a day with a peak in the afternoon.
func (l lawCase) run(ctx context.Context, opt Options) (simulate.Outcome, error) {
	seed := opt.Seed
	g := v1alpha1.Generator{
		Rate: unit.Rate(l.rate), Span: unit.Duration(24 * time.Hour), Daily: &v1alpha1.Daily{PeakToMean: 1.9},
		Sizes: v1alpha1.Sizes{Input: &v1alpha1.CountDistribution{Mean: 200, CV: 1}, Output: &v1alpha1.CountDistribution{Mean: 100, CV: 1}},
	}
	w, err := traffic.Build(nil, v1alpha1.Traffic{Seed: &seed, Generator: &g})
	if err != nil {
		return simulate.Outcome{}, err
	}
	router, err := overflowWhenFull(l.homes)
	if err != nil {
		return simulate.Outcome{}, err
	}
	l.opt.Seed, l.opt.Timeline = seed, lawMoments
	return simulate.RunHybrid(ctx, simulate.Hybrid{Homes: l.homes, Router: router}, w, l.opt)
}

func (l lawCase) rows(ctx context.Context, opt Options) ([]Row, error) {
	o, err := l.run(ctx, opt)
	if err != nil {
		return nil, err
	}
	again, err := l.run(ctx, opt)
	if err != nil {
		return nil, err
	}
	differing, err := differingBytes(o, again)
	if err != nil {
		return nil, err
	}
	rows := []Row{conservation(o), little(o), {Quantity: "differing bytes of two runs", Source: "same seed", Got: float64(differing)}}
	if c := l.homes[0].Cluster; c != nil {
		rows = append(rows, replicaTime(o))
	}
	if len(l.homes) > 1 {
		rows = append(rows, sumOverHomes(o)...)
	}
	for i := range rows {
		rows[i].Case = l.name
		rows[i] = rows[i].within(rows[i].Allowed)
	}
	return rows, nil
}

// conservation: arrivals = served + rejected + timed out + in flight.
func conservation(o simulate.Outcome) Row {
	return Row{
		Quantity: "arrivals", Expected: float64(o.Arrivals), Source: "served + rejected + timed out + in flight",
		Got: float64(o.Served + o.Rejected + o.TimedOut + o.InFlight),
	}
}

// little: the mean number inside = throughput x mean time, those without an answer included.
func little(o simulate.Outcome) Row {
	inside := o.Latency.Mean*float64(o.Served) + o.TimeUnanswered
	expected := inside / (o.End - o.FirstArrival).Seconds()
	return Row{Quantity: "mean inside", Expected: expected, Source: "throughput x mean time", Got: o.MeanInSystem, Allowed: 1e-6 * expected}
}

// replicaTime compares the meter with the sum of the replicas seen at the moments of the timeline, of which each stands for one step.
func replicaTime(o simulate.Outcome) Row {
	var seen float64
	for _, m := range o.Timeline.Homes[0].Moments {
		seen += float64(m.Ready+m.Starting) * o.Timeline.Step.Seconds()
	}
	expected := float64(o.Metered.ReplicaTime) / 1000
	return Row{Quantity: "replica-seconds", Unit: "s", Expected: expected, Source: "metered", Got: seen, Allowed: 1e-3 * expected}
}

// sumOverHomes: the parts of a hybrid make up the whole.
func sumOverHomes(o simulate.Outcome) []Row {
	var served int64
	var metered home.Metered
	for _, h := range o.Homes {
		served += h.Served
		metered = metered.Plus(h.Metered)
	}
	return []Row{
		{Quantity: "served, sum over homes", Expected: float64(o.Served), Source: "the whole", Got: float64(served)},
		{Quantity: "run time, sum over homes", Unit: "s", Expected: float64(o.Metered.RunTime) / 1000, Source: "the whole", Got: float64(metered.RunTime) / 1000},
	}
}

// differingBytes counts the bytes in which two records differ as JSON.
func differingBytes(a, b simulate.Outcome) (int, error) {
	var text [2][]byte
	for i, o := range []simulate.Outcome{a, b} {
		var err error
		if text[i], err = json.Marshal(o); err != nil {
			return 0, fmt.Errorf("writing an outcome: %w", err)
		}
	}
	if bytes.Equal(text[0], text[1]) {
		return 0, nil
	}
	shorter := min(len(text[0]), len(text[1]))
	differing := int(math.Abs(float64(len(text[0]) - len(text[1]))))
	for i := range shorter {
		if text[0][i] != text[1][i] {
			differing++
		}
	}
	return differing, nil
}
