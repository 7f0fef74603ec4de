package simulate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/policy/scale"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// at is requests at the given seconds, within a span of 1000 s.
func at(seconds ...float64) workload.Workload {
	var list []workload.Request
	for _, s := range seconds {
		list = append(list, workload.Request{At: time.Duration(s * 1e9)})
	}
	return workload.NewRecorded(workload.Info{Name: "scenario", Span: 1000 * time.Second}, list)
}

func constant(seconds float64) home.Service {
	return home.Service{Duration: random.Constant(seconds), Concurrency: 1}
}

// TestFunctionScenarios follows a few requests through a Lambda-like home by hand.
func TestFunctionScenarios(t *testing.T) {
	for _, test := range []struct {
		name     string
		function home.Function
		load     workload.Workload
		cold     int64
		rejected int64
		timedOut int64
		worst    float64 // latency, s
		metered  home.Metered
	}{
		{
			name:     "a warm environment is used again, an expired one is not",
			function: home.Function{Limit: 10, Init: random.Constant(0.5), IdleExpiry: 10 * time.Second},
			load:     at(0, 5, 100),
			cold:     2, worst: 2.5,
			metered: home.Metered{RunTime: 3*2000 + 2*500, Requests: 3},
		},
		{
			name:     "requests at the same time get environments of their own",
			function: home.Function{Limit: 10, IdleExpiry: 10 * time.Second},
			load:     at(0, 0, 1),
			cold:     3, worst: 2,
			metered: home.Metered{RunTime: 3 * 2000, Requests: 3},
		},
		{
			name:     "an initialisation over the limit is run and paid twice",
			function: home.Function{Limit: 10, Init: random.Constant(15), InitLimit: 10 * time.Second, IdleExpiry: time.Second},
			load:     at(0),
			cold:     1, worst: 10 + 15 + 2,
			metered: home.Metered{RunTime: 10_000 + 15_000 + 2000, Requests: 1},
		},
		{
			name:     "the limit rejects",
			function: home.Function{Limit: 2, IdleExpiry: time.Second},
			load:     at(0, 0.5, 1),
			cold:     2, rejected: 1, worst: 2,
			metered: home.Metered{RunTime: 4000, Requests: 2},
		},
		{
			name:     "new environments are limited in number per period",
			function: home.Function{Limit: 10, IdleExpiry: time.Second, Burst: 2, BurstPeriod: 10 * time.Second},
			load:     at(0, 0.1, 0.2, 9),
			cold:     3, rejected: 1, worst: 2,
			metered: home.Metered{RunTime: 6000, Requests: 3},
		},
		{
			name:     "provisioned environments take requests first and are held all the time",
			function: home.Function{Limit: 10, Provisioned: 1, Init: random.Constant(1), IdleExpiry: time.Second},
			load:     at(0, 1),
			cold:     1, worst: 3,
			metered: home.Metered{RunTime: 3000, HeldRunTime: 2000, HeldTime: 1_000_000, Requests: 2},
		},
		{
			name:     "a restore is counted, not billed as run time",
			function: home.Function{Limit: 10, Init: random.Constant(0.7), Snapshot: true, IdleExpiry: time.Second},
			load:     at(0),
			cold:     1, worst: 2.7,
			metered: home.Metered{RunTime: 2000, Restores: 1, Requests: 1},
		},
		{
			name:     "the platform's time-out stops a request and bills it up to there",
			function: home.Function{Limit: 10, IdleExpiry: time.Second, Timeout: 1500 * time.Millisecond},
			load:     at(0),
			cold:     1, timedOut: 1,
			metered: home.Metered{RunTime: 1500, Requests: 1},
		},
		{
			name:     "run time is rounded up to the step",
			function: home.Function{Limit: 10, IdleExpiry: time.Second, Step: 300 * time.Millisecond},
			load:     at(0),
			cold:     1, worst: 2,
			metered: home.Metered{RunTime: 2100, Requests: 1},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := run(t, home.Home{Name: "functions", Service: constant(2), Function: &test.function}, test.load)
			if o.ColdStarts != test.cold || o.Rejected != test.rejected || o.TimedOut != test.timedOut {
				t.Errorf("%d cold, %d rejected, %d timed out, want %d, %d, %d", o.ColdStarts, o.Rejected, o.TimedOut, test.cold, test.rejected, test.timedOut)
			}
			if o.Latency.Max != test.worst {
				t.Errorf("the slowest took %g s, want %g", o.Latency.Max, test.worst)
			}
			if diff := cmp.Diff(test.metered, o.Metered); diff != "" {
				t.Errorf("metered (-want +got):\n%s", diff)
			}
		})
	}
}

// TestContainerScenarios does so for a Cloud-Run-like home.
func TestContainerScenarios(t *testing.T) {
	for _, test := range []struct {
		name      string
		container home.Container
		slots     int
		load      workload.Workload
		cold      int64
		timedOut  int64
		worst     float64
		metered   home.Metered
	}{
		{
			name:      "boot, work and hold of one instance",
			container: home.Container{Max: 5, StartUp: random.Constant(10), IdleHold: 60 * time.Second, BootBilled: true},
			slots:     1, load: at(0),
			cold: 1, worst: 12,
			metered: home.Metered{InstanceTime: 10_000 + 2000 + 60_000, ActiveTime: 12_000, Requests: 1},
		},
		{
			name:      "a boot that is not billed",
			container: home.Container{Max: 5, StartUp: random.Constant(10), IdleHold: 60 * time.Second},
			slots:     1, load: at(0),
			cold: 1, worst: 12,
			metered: home.Metered{InstanceTime: 62_000, ActiveTime: 2000, Requests: 1},
		},
		{
			name:      "a life is billed at its minimum and rounded up to the step",
			container: home.Container{Max: 5, IdleHold: time.Second, Minimum: 61 * time.Second, Step: 10 * time.Second},
			slots:     1, load: at(0),
			cold: 1, worst: 2,
			metered: home.Metered{InstanceTime: 70_000, ActiveTime: 10_000, Requests: 1},
		},
		{
			name:      "requests share an instance up to its concurrency",
			container: home.Container{Max: 5, StartUp: random.Constant(10), IdleHold: time.Second},
			slots:     2, load: at(0, 1, 2),
			cold: 3, worst: 12,
			metered: home.Metered{InstanceTime: 3000 + 3000, ActiveTime: 2000 + 2000, Requests: 3},
		},
		{
			name:      "at the maximum they wait, and time out",
			container: home.Container{Max: 1, IdleHold: time.Second, QueueTimeout: 1500 * time.Millisecond},
			slots:     1, load: at(0, 0.1, 0.6),
			cold: 1, timedOut: 1, worst: 3.4,
			metered: home.Metered{InstanceTime: 5000, ActiveTime: 4000, Requests: 3},
		},
		{
			name:      "the minimum is held for the whole span and is idle between requests",
			container: home.Container{Min: 1, Max: 5, IdleHold: time.Second},
			slots:     1, load: at(0, 100),
			worst:   2,
			metered: home.Metered{InstanceTime: 1_000_000, ActiveTime: 4000, IdleTime: 996_000, Requests: 2},
		},
		{
			name:      "an instance that is used again within the hold lives on",
			container: home.Container{Max: 5, StartUp: random.Constant(5), IdleHold: 60 * time.Second},
			slots:     1, load: at(0, 30, 200),
			cold: 2, worst: 7,
			metered: home.Metered{InstanceTime: (32-5+60)*1000 + (2+60)*1000, ActiveTime: 6000, Requests: 3},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			service := constant(2)
			service.Concurrency = test.slots
			o := run(t, home.Home{Name: "containers", Service: service, Container: &test.container}, test.load)
			if o.ColdStarts != test.cold || o.TimedOut != test.timedOut || o.Latency.Max != test.worst {
				t.Errorf("%d cold, %d timed out, slowest %g s, want %d, %d, %g", o.ColdStarts, o.TimedOut, o.Latency.Max, test.cold, test.timedOut, test.worst)
			}
			if diff := cmp.Diff(test.metered, o.Metered); diff != "" {
				t.Errorf("metered (-want +got):\n%s", diff)
			}
		})
	}
}

// TestScaleUpChain follows one scale-up: metric lag, node, image, pod; then the way back.
func TestScaleUpChain(t *testing.T) {
	hpa := home.NewHPA(1, 2, 1)
	h := home.Home{
		Name:    "autoscaled",
		Service: constant(2000), // requests stay until long after the span
		Cluster: &home.Cluster{
			Replicas: 1, Autoscaler: hpa, ReplicasPerNode: 1,
			NodeStartUp: random.Constant(60), ImagePull: 30 * time.Second, PodStartUp: random.Constant(10),
		},
	}
	o := run(t, h, at(1, 2, 3))
	// The metric of the first 15 s, three requests inside for most of them, is seen
	// at 30 s: the second replica starts then and serves at 30+60+30+10 s.
	near(t, "wait of the second request", o.Wait.P50, 130-2, 0.001)
	if want := int64(1_000_000 + (1000-30)*1000); o.Metered.NodeTime != want {
		t.Errorf("node-time %d ms, want %d: a node is billed from when it is asked for", o.Metered.NodeTime, want)
	}
	// The second and the third request wait, for a slot at first, and from 30 s on for the one replica that starts.
	if o.Starts != 1 || o.ColdStarts != 2 || o.PeakLive != 2 || o.Metered.PeakNodes != 2 {
		t.Errorf("%d starts, %d cold, %d replicas and %d nodes at the most", o.Starts, o.ColdStarts, o.PeakLive, o.Metered.PeakNodes)
	}
}

// TestSecondReplicaOfANodeFindsTheImage: the node keeps its image cache while it lives.
func TestSecondReplicaOfANodeFindsTheImage(t *testing.T) {
	hpa := home.NewHPA(1, 3, 1)
	h := home.Home{
		Name:    "autoscaled",
		Service: constant(500),
		Cluster: &home.Cluster{
			Replicas: 1, Autoscaler: hpa, ReplicasPerNode: 3,
			NodeStartUp: random.Constant(60), ImagePull: 1000 * time.Second, PodStartUp: random.Constant(10),
		},
	}
	o := run(t, h, at(1, 2, 3))
	if want := 500.0 + (30 - 2) + 10; o.Latency.Max > want+1.001 || o.Metered.PeakNodes != 1 {
		t.Errorf("the slowest took %g s on %d nodes, want at most %g on 1: no pull", o.Latency.Max, o.Metered.PeakNodes, want)
	}
}

// TestCallerTimeout: an answer after the caller has left is a time-out, and its work is still done.
func TestCallerTimeout(t *testing.T) {
	o, err := Run(t.Context(), replicas(1, random.Constant(10)), at(0, 1), Options{Timeout: 15 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if o.Served != 1 || o.TimedOut != 1 || o.End != 20*time.Second {
		t.Errorf("%d served, %d timed out, end %v", o.Served, o.TimedOut, o.End)
	}
}

// TestRefusesImpossibleHomes: every one is an error, none a panic.
func TestRefusesImpossibleHomes(t *testing.T) {
	for name, h := range map[string]home.Home{
		"no kind":          {Service: constant(1)},
		"two kinds":        {Service: constant(1), Cluster: &home.Cluster{Replicas: 1, ReplicasPerNode: 1}, Function: &home.Function{Limit: 1}},
		"no replicas":      {Service: constant(1), Cluster: &home.Cluster{ReplicasPerNode: 1}},
		"no concurrency":   {Cluster: &home.Cluster{Replicas: 1, ReplicasPerNode: 1}},
		"no limit":         {Service: constant(1), Function: &home.Function{}},
		"more provisioned": {Service: constant(1), Function: &home.Function{Limit: 1, Provisioned: 2}},
		"batched function": {Service: home.Service{Concurrency: 1, Batch: &home.Batch{Alpha: 1, Max: 1}}, Function: &home.Function{Limit: 1}},
		"no instances":     {Service: constant(1), Container: &home.Container{}},
		"min above max":    {Service: constant(1), Container: &home.Container{Min: 2, Max: 1}},
		"timeless batch":   {Service: home.Service{Concurrency: 1, Batch: &home.Batch{Max: 1}}, Container: &home.Container{Max: 1}},
		"negative batch":   {Service: home.Service{Concurrency: 1, Batch: &home.Batch{Alpha: -1, Beta: 5, Max: 1}}, Container: &home.Container{Max: 1}},
		"small batch":      {Service: home.Service{Concurrency: 4, Batch: &home.Batch{Alpha: 1, Max: 1}}, Container: &home.Container{Max: 1}},
		"negative scale":   {Service: home.Service{Concurrency: 1, Scale: -1}, Container: &home.Container{Max: 1}},
		"no target": {Service: constant(1), Cluster: &home.Cluster{
			Replicas: 1, ReplicasPerNode: 1, Autoscaler: &home.Autoscaler{Bounds: scale.Bounds{Min: 1, Max: 2}},
		}},
	} {
		if _, err := Run(t.Context(), h, at(0), Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
