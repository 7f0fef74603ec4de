package simulate

import (
	"context"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/api/unit"
	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/baseline"
	"fulcrum.dev/fulcrum/internal/policy/hpa"
	"fulcrum.dev/fulcrum/internal/policy/keda"
	"fulcrum.dev/fulcrum/internal/policy/kpa"
	"fulcrum.dev/fulcrum/internal/policy/node"
	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
	"fulcrum.dev/fulcrum/internal/workload/traffic"
)

// anyWorkload draws a short bursty workload with tokens.
func anyWorkload(t *rapid.T) workload.Workload {
	seed := rapid.Uint64Range(1, 1000).Draw(t, "seed")
	cv := rapid.Float64Range(0.3, 4).Draw(t, "cv")
	w, err := traffic.Build(nil, v1alpha1.Traffic{
		Seed: &seed,
		Generator: &v1alpha1.Generator{
			Arrivals: "gamma", CV: &cv,
			Rate: unit.Rate(rapid.Float64Range(0.05, 5).Draw(t, "rate")),
			Span: unit.Duration(rapid.IntRange(60, 3000).Draw(t, "seconds")) * unit.Duration(time.Second),
			Sizes: v1alpha1.Sizes{
				Input:  &v1alpha1.CountDistribution{Mean: 100, CV: 1},
				Output: &v1alpha1.CountDistribution{Mean: 50, CV: 1},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// anyHome draws a home of any kind.
func anyHome(t *rapid.T) home.Home {
	h := home.Home{Name: "any", Service: anyService(t)}
	start := random.Constant(rapid.Float64Range(0, 60).Draw(t, "startUp"))
	switch rapid.SampledFrom([]string{"fixed", "hpa", "nodes", "function", "container"}).Draw(t, "kind") {
	case "fixed":
		h.Cluster = &home.Cluster{Replicas: rapid.IntRange(1, 8).Draw(t, "replicas"), ReplicasPerNode: rapid.IntRange(1, 3).Draw(t, "perNode")}
		h.Cluster.Queue = anyQueue(t)
	case "hpa":
		h.Cluster = anyAutoscaled(t, h.Service.Concurrency)
	case "nodes":
		h.Cluster = anyAutoscaled(t, h.Service.Concurrency)
		h.Cluster.Nodes = anyNodes(t)
	case "function":
		h.Service = home.Service{Duration: random.Exponential(2), Concurrency: 1}
		limit := rapid.IntRange(1, 50).Draw(t, "limit")
		h.Function = &home.Function{
			Limit: limit, Provisioned: rapid.IntRange(0, limit).Draw(t, "provisioned"),
			Init: start, InitLimit: 10 * time.Second, IdleExpiry: 100 * time.Second,
			Timeout: 5 * time.Second, Step: time.Millisecond, Burst: 5, BurstPeriod: 10 * time.Second,
		}
		anyEnvironments(t, h.Function)
	case "container":
		least := rapid.IntRange(0, 3).Draw(t, "min")
		h.Container = &home.Container{
			Min: least, Max: least + rapid.IntRange(1, 20).Draw(t, "more"), StartUp: start,
			IdleHold:     time.Duration(rapid.IntRange(0, 300).Draw(t, "hold")) * time.Second,
			QueueTimeout: time.Duration(rapid.IntRange(0, 100).Draw(t, "queue")) * time.Second,
			Step:         100 * time.Millisecond, Minimum: time.Minute, BootBilled: rapid.Bool().Draw(t, "boot"),
			QueueLength: rapid.SampledFrom([]int{0, 0, 3}).Draw(t, "queueLength"),
		}
		anyStarts(t, h.Container)
	}
	return h
}

func anyService(t *rapid.T) home.Service {
	slots := rapid.IntRange(1, 20).Draw(t, "slots")
	ranked := rapid.Bool().Draw(t, "byPriority")
	if rapid.Bool().Draw(t, "batched") {
		batch := anyBatch(t, slots)
		batch.MaxWaiting = rapid.IntRange(0, 5).Draw(t, "maxWaiting")
		return home.Service{Concurrency: slots, ByPriority: ranked, Batch: batch}
	}
	return home.Service{Duration: random.Exponential(rapid.Float64Range(0.01, 5).Draw(t, "service")), Concurrency: slots, ByPriority: ranked}
}

func anyQueue(t *rapid.T) home.Queue {
	return home.Queue{
		Bounded: rapid.Bool().Draw(t, "bounded"), Length: rapid.IntRange(0, 20).Draw(t, "length"),
		Timeout: time.Duration(rapid.IntRange(0, 20).Draw(t, "queueTimeout")) * time.Second,
	}
}

func anyAutoscaled(t *rapid.T, slots int) *home.Cluster {
	least := rapid.IntRange(1, 3).Draw(t, "min")
	c := &home.Cluster{
		Replicas: least, Autoscaler: anyAutoscaler(t, least, slots), ReplicasPerNode: rapid.IntRange(1, 4).Draw(t, "perNode"),
		NodeStartUp: random.Constant(60), ImagePull: 30 * time.Second, PodStartUp: random.Constant(10),
		NodeIdle: time.Duration(rapid.IntRange(0, 100).Draw(t, "nodeIdle")) * time.Second,
	}
	if rapid.Bool().Draw(t, "scheduled") {
		bounds := scale.Bounds{Min: rapid.IntRange(0, least).Draw(t, "scheduledMin"), Max: c.Autoscaler.Max}
		at := time.Duration(rapid.IntRange(0, 3).Draw(t, "scheduledAt")) * time.Minute
		c.Schedule = []scale.ScheduleEntry{{At: at, Bounds: bounds}}
	}
	return c
}

// anyAutoscaler draws one of every kind.
func anyAutoscaler(t *rapid.T, least, slots int) *home.Autoscaler {
	most := least + rapid.IntRange(0, 20).Draw(t, "more")
	target := 0.7 * float64(slots)
	a := home.NewHPA(least, most, target)
	kind := rapid.SampledFrom([]string{"hpa", "hpa", "pods", "keda", "kpa", "predictive", "spock", "cackle", "mark", "libra"}).Draw(t, "autoscaler")
	if kind == "hpa" {
		return a
	}
	kubernetes := a.HPA
	a.HPA = nil
	rate := rapid.Float64Range(0.1, 5).Draw(t, "rate")
	switch kind {
	case "pods":
		a.HPA = kubernetes
		kubernetes.Metrics = append(kubernetes.Metrics, hpa.Metric{Kind: hpa.Utilization, CPU: true, Target: 70}, hpa.Metric{Kind: hpa.PodAverage, Target: 700})
		kubernetes.Signals = append(kubernetes.Signals, home.BusySlotsPerPod, rapid.SampledFrom([]home.Signal{home.RequestsPerPod, home.BusyTimePerPod}).Draw(t, "signal"))
	case "keda":
		a.Min, a.HPA, a.KEDA = 0, kubernetes, new(keda.Default(home.Thousandths(target)))
		a.KEDA.Max, a.KEDA.Cooldown = most, time.Minute
		kubernetes.Signals[0] = rapid.SampledFrom([]home.Signal{home.RequestsInside, home.RequestsWaiting}).Draw(t, "trigger")
	case "kpa":
		a.Min, a.KPA = 0, new(kpa.Default(float64(slots)))
		a.KPA.Max, a.KPA.InitialScale = most, least
	case "predictive":
		a.Predictive = new(scale.DefaultPredictive(a.Bounds, time.Minute, 2*time.Minute))
	case "spock":
		a.Min, a.Spock = 0, &home.Spock{Interval: time.Minute, Intervals: 5}
	case "cackle":
		a.Min = 0
		a.Cackle = &baseline.CackleRule{Bounds: a.Bounds, Interval: 10 * time.Second, Launch: 100 * time.Second, Premium: 3}
	case "mark":
		a.MArk = &home.MArk{Rate: rate}
	case "libra":
		a.LIBRA = &home.LIBRA{Interval: time.Minute, Rate: rate, Premium: 2}
	}
	return a
}

// TestLaws checks conservation and Little's law (in Run), and that meters agree
// with the integrals of the counts.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, w := anyHome(t), anyWorkload(t)
		o, err := Run(context.Background(), h, w, Options{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		if o.Utilisation < 0 || o.Utilisation > 1.0001 && h.Service.Batch == nil {
			t.Fatalf("utilisation %g", o.Utilisation)
		}
		if c := h.Cluster; c != nil {
			checkClusterMeters(t, c, o)
		}
		if f := h.Function; f != nil {
			checkFunctionMeters(t, f, o)
		}
		if c := h.Container; c != nil {
			checkContainerMeters(t, h, o)
		}
		if o.Metered.Requests != o.Arrivals-o.Rejected {
			t.Fatalf("%d requests metered of %d", o.Metered.Requests, o.Arrivals-o.Rejected)
		}
	})
}

// anyNodes draws how nodes come and go.
func anyNodes(t *rapid.T) home.Nodes {
	n := home.Nodes{Spare: rapid.SampledFrom([]int{0, 0, 2}).Draw(t, "spare"), Spread: rapid.Bool().Draw(t, "spread")}
	if rapid.Bool().Draw(t, "quota") {
		n.Max = n.Spare + rapid.IntRange(1, 6).Draw(t, "nodes")
	}
	switch rapid.SampledFrom([]string{"at once", "at once", "Cluster Autoscaler", "Karpenter"}).Draw(t, "autoscaler") {
	case "Cluster Autoscaler":
		a := node.DefaultClusterAutoscaler()
		n.ClusterAutoscaler = &a
	case "Karpenter":
		k := node.DefaultKarpenter()
		n.Karpenter = &k
	}
	if rapid.Bool().Draw(t, "on spot") {
		n.Spot = &home.Spot{
			Rate: rapid.SampledFrom([]float64{0, 5, 100}).Draw(t, "interruptions"), Base: rapid.IntRange(0, 2).Draw(t, "base"),
			Notice:    time.Duration(rapid.IntRange(0, 30).Draw(t, "notice")) * time.Second,
			Available: 5 * time.Minute, Unavailable: time.Duration(rapid.IntRange(0, 100).Draw(t, "unavailable")) * time.Second,
			Fallback: rapid.Bool().Draw(t, "fallback"), FallbackAfter: 10 * time.Second,
			Restart: rapid.Bool().Draw(t, "restart"),
		}
		if n.ClusterAutoscaler == nil && n.Karpenter == nil && rapid.Bool().Draw(t, "hedged") {
			n.Spot.Hedged, n.Spot.Extra = true, rapid.IntRange(0, 2).Draw(t, "extra")
			n.Spot.Base, n.Spot.Fallback = 0, false
		}
	}
	return n
}

// checkClusterMeters: replica-time is the integral of the replica count, pending ones apart, and
// nodes hold the replicas.
func checkClusterMeters(t *rapid.T, c *home.Cluster, o Outcome) {
	integral := o.MeanLive * o.Span.Seconds() * 1000
	if got := float64(o.Metered.ReplicaTime + o.Nodes.PendingTime); math.Abs(got-integral) > float64(o.PeakLive)*1000 && math.Abs(got/integral-1) > 1e-3 {
		t.Fatalf("replica-time %g ms, integral of the count %g ms", got, integral)
	}
	if n := c.Nodes.Max; n > 0 && o.Metered.PeakNodes > int64(n) {
		t.Fatalf("%d nodes, the quota is %d", o.Metered.PeakNodes, n)
	}
	if (o.Metered.NodeTime+o.Metered.OnDemandNodeTime)*int64(c.ReplicasPerNode) < o.Metered.ReplicaTime-int64(o.PeakLive)-1000 {
		t.Fatalf("%d node-ms cannot hold %d replica-ms at %d a node", o.Metered.NodeTime, o.Metered.ReplicaTime, c.ReplicasPerNode)
	}
	if c.Nodes != (home.Nodes{}) {
		return // replicas that drain on a node that goes overlap with those in their place
	}
	if c.Autoscaler == nil && o.PeakLive != c.Replicas {
		t.Fatalf("%d replicas live, %d fixed", o.PeakLive, c.Replicas)
	}
	if c.Autoscaler != nil && o.PeakLive > c.Autoscaler.Max {
		// Draining replicas may overlap with new ones, but there are never more than twice the maximum.
		if o.PeakLive > 2*c.Autoscaler.Max {
			t.Fatalf("%d replicas live, at most %d allowed", o.PeakLive, c.Autoscaler.Max)
		}
	}
}

// TestSameSeedSameBytes runs the same twice.
func TestSameSeedSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, w := anySystem(t), anyWorkload(t)
		if first, second := s.bytes(t, w), s.bytes(t, w); first != second {
			t.Fatalf("two runs differ:\n%s\n%s", first, second)
		}
	})
}

// TestMoreReplicasNeverWaitLonger is what bisecting the smallest feasible size rests on.
func TestMoreReplicasNeverWaitLonger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorkload(t)
		n, slots := rapid.IntRange(1, 6).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "slots")
		service := random.Exponential(rapid.Float64Range(0.05, 8).Draw(t, "service"))
		var waits [2]float64
		for i := range waits {
			h := replicas(n+i, service)
			h.Service.Concurrency = slots
			o, err := Run(context.Background(), h, w, Options{Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			waits[i] = o.Wait.Mean
		}
		if waits[1] > waits[0] {
			t.Fatalf("%d replicas wait %g s, %d wait %g s", n+1, waits[1], n, waits[0])
		}
	})
}

// TestStopsEarlyOnlyWhenHopeless: a run that is stopped would have failed, and one that is not gives the same outcome as without limits.
func TestStopsEarlyOnlyWhenHopeless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, w := anyHome(t), anyWorkload(t)
		bound := time.Duration(rapid.IntRange(100, 20_000).Draw(t, "bound")) * time.Millisecond
		allowed := int64(rapid.IntRange(0, 200).Draw(t, "allowed"))
		free, err := Run(context.Background(), h, w, Options{Seed: 5, Limits: []Limit{{Metric: Latency, Bound: bound, Allowed: -1}}})
		if err != nil {
			t.Fatal(err)
		}
		bounded, err := Run(context.Background(), h, w, Options{Seed: 5, Limits: []Limit{{Metric: Latency, Bound: bound, Allowed: allowed}}})
		if err != nil {
			t.Fatal(err)
		}
		if bounded.Stopped != (free.Exceeded[0] > allowed) {
			t.Fatalf("stopped %t, but %d of %d allowed exceed the bound", bounded.Stopped, free.Exceeded[0], allowed)
		}
		if !bounded.Stopped && bounded.Latency != free.Latency {
			t.Fatalf("limits changed the outcome: %+v and %+v", bounded.Latency, free.Latency)
		}
	})
}
