package simulate

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/internal/workload"
)

// TestStartsAndWhoWaitsForThem follows both counts by hand through every kind of home.
func TestStartsAndWhoWaitsForThem(t *testing.T) {
	scheduled := func(counts map[int]int) home.Home {
		return home.Home{Name: "cluster", Service: constant(5), Cluster: &home.Cluster{
			Replicas: 1, Schedule: daily(counts), ReplicasPerNode: 1, NodeStartUp: random.Constant(60), PodStartUp: random.Constant(10),
		}}
	}
	container := func(service float64, c home.Container) home.Home {
		c.StartUp = random.Constant(10)
		return home.Home{Name: "containers", Service: constant(service), Container: &c}
	}
	function := func(f home.Function) home.Home {
		f.Limit, f.Init, f.IdleExpiry = 10, random.Constant(1), 10*time.Second
		return home.Home{Name: "functions", Service: constant(2), Function: &f}
	}
	for _, test := range []struct {
		name         string
		home         home.Home
		load         workload.Workload
		opt          Options
		starts, cold int64
		stays        int64 // requests that wait for a start by stays at the home; 0 is as many as cold
	}{
		{
			name: "container: one start, for which all three wait until 10",
			home: container(2, home.Container{Max: 1, IdleHold: time.Minute}), load: at(0, 1, 9.9, 20),
			starts: 1, cold: 3,
		},
		{
			name: "container: at the maximum one waits for a slot, also who joins when the only instance becomes ready",
			home: container(50, home.Container{Max: 1}), load: at(0, 10, 30),
			starts: 1, cold: 1,
		},
		{
			name: "container: the second start serves nobody, as the first takes both",
			home: container(2, home.Container{Max: 5, IdleHold: time.Minute}), load: at(0, 9),
			starts: 2, cold: 2,
		},
		{
			name: "container: a start that is given up counts",
			home: container(2, home.Container{Max: 5, CancelSurplus: true, IdleHold: time.Minute}), load: at(0, 9),
			starts: 2, cold: 2,
		},
		{
			name: "container: the minimum is there at the start, and what a schedule adds is not",
			home: container(2, home.Container{Max: 5, IdleHold: time.Hour, Schedule: daily(map[int]int{0: 2, 60: 4})}), load: at(1, 1),
			starts: 2, cold: 0,
		},
		{
			name: "container: a request that is cancelled has waited for the start all the same",
			home: container(2, home.Container{Max: 5}), load: at(0), opt: Options{Timeout: 5 * time.Second, Cancel: true},
			starts: 1, cold: 1,
		},
		{
			name: "container: one that waits for too long, for a start of 10 s",
			home: container(2, home.Container{Max: 1, QueueTimeout: 4 * time.Second}), load: at(0),
			starts: 1, cold: 1,
		},
		{
			name: "container: a request counts once, whatever its attempts, and at the home once for each",
			home: container(2, home.Container{Max: 1}), load: at(0),
			opt:    Options{Cancel: true, Retry: Retry{Attempts: 1, Backoff: time.Second, AttemptTimeout: 5 * time.Second}},
			starts: 1, cold: 1, stays: 2,
		},
		{
			name: "container: a caller who gives up an attempt that goes on waits no longer at the home",
			home: container(2, home.Container{Max: 1}), load: at(0),
			opt:    Options{Retry: Retry{Attempts: 1, Backoff: time.Second, AttemptTimeout: 5 * time.Second}},
			starts: 1, cold: 1, stays: 2,
		},
		{
			name: "container: a full queue refuses without a wait",
			home: container(2, home.Container{Max: 1, QueueLength: 1}), load: at(0, 1, 2),
			starts: 1, cold: 1,
		},
		{
			name: "cluster: of two that wait for the replica, one is already waiting when the second is asked for at 60",
			// The first is served from 55 to 60, the second until 65, the third until 70, long before the new one serves at 130.
			home: scheduled(map[int]int{0: 1, 60: 2}), load: at(55, 56, 57),
			starts: 1, cold: 1,
		},
		{
			name: "cluster: nobody waits, and replicas are given up while they start or serve",
			home: scheduled(map[int]int{0: 1, 60: 3, 120: 1, 180: 2, 600: 1}), load: at(0),
			starts: 3, cold: 0,
		},
		{
			name: "function: the environments that were started for a request, not those that a schedule asks for",
			home: function(home.Function{AllocationDelay: 30 * time.Second, Schedule: daily(map[int]int{0: 1, 60: 3, 120: 1})}), load: at(0, 0, 0, 1, 5),
			// One is provisioned; two are started at 0 and one at 1, and the last finds one of them idle or the provisioned one.
			starts: 3 + 2, cold: 3,
		},
		{
			name: "function: what is refused is not started",
			home: function(home.Function{Burst: 1, BurstPeriod: time.Minute}), load: at(0, 0, 0),
			starts: 1, cold: 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.opt.Timeline = 100
			o, err := Run(t.Context(), test.home, test.load, test.opt)
			if err != nil {
				t.Fatal(err)
			}
			if o.Starts != test.starts || o.ColdStarts != test.cold {
				t.Errorf("%d starts and %d requests that wait for one, want %d and %d", o.Starts, o.ColdStarts, test.starts, test.cold)
			}
			if test.stays == 0 {
				test.stays = test.cold
			}
			moments := o.Timeline.Homes[0].Moments
			if last := moments[len(moments)-1]; last.Starts != test.starts || last.ColdStarts != test.stays {
				t.Errorf("at the end of the timeline %d starts and %d stays that wait for one, want %d and %d", last.Starts, last.ColdStarts, test.starts, test.stays)
			}
		})
	}
}

// TestStartLaws: in any system no more requests wait for a start than arrive, and no more instances become ready than were started.
func TestStartLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := anySystem(t)
		s.opt.Timeline = 200
		o := s.outcome(t, anyRecord(t, false))
		homes := o.Homes
		if len(homes) == 0 {
			homes = []HomeOutcome{{Arrivals: o.Arrivals + o.Retries, Starts: o.Starts, ColdStarts: o.ColdStarts}}
		}
		var starts, cold int64
		for i, h := range homes {
			starts, cold = starts+h.Starts, cold+h.ColdStarts
			if h.ColdStarts > h.Arrivals {
				t.Fatalf("home %d: %d of %d arrivals waited for a start", i, h.ColdStarts, h.Arrivals)
			}
			if s.homes[i].Function != nil && h.Starts < h.ColdStarts {
				t.Fatalf("home %d: %d environments started, for %d requests", i, h.Starts, h.ColdStarts)
			}
			checkStarts(t, o.Timeline.Homes[i].Moments, h.Starts)
		}
		if starts != o.Starts || cold < o.ColdStarts || cold > o.ColdStarts+o.Retries || o.ColdStarts > o.Arrivals {
			t.Fatalf("%d starts and %d cold of %d requests sent again %d times; the homes have %d and %d", o.Starts, o.ColdStarts, o.Arrivals, o.Retries, starts, cold)
		}
	})
}

// checkStarts: what became ready from moment to moment had been started by then.
func checkStarts(t *rapid.T, moments []Moment, starts int64) {
	became := int64(0)
	for k := 1; k < len(moments); k++ {
		a, b := moments[k-1], moments[k]
		became += int64(max(0, b.Ready-a.Ready))
		if became > b.Starts || b.Starts < a.Starts || b.ColdStarts < a.ColdStarts || b.Starts > starts {
			t.Fatalf("moment %d: %d instances became ready, of %d started (%d before, %d at the end)", k, became, b.Starts, a.Starts, starts)
		}
	}
}

// TestStartsOfReplacements: replicas that come in place of those on nodes that crashed are started.
func TestStartsOfReplacements(t *testing.T) {
	h := replicas(3, random.Constant(1))
	h.Cluster.NodeStartUp, h.Cluster.Nodes.LossRate = random.Constant(60), 1 // an hour and node
	o := run(t, h, workload.NewRecorded(workload.Info{Name: "idle", Span: 24 * time.Hour}, []workload.Request{{}}))
	if o.Nodes.Losses == 0 || o.Starts != o.Nodes.Losses || o.ColdStarts != 0 {
		t.Errorf("%d nodes lost, %d replicas started, %d cold", o.Nodes.Losses, o.Starts, o.ColdStarts)
	}
}

// TestStartsOfQuota: a replica for which there is no node at the start is not there, and counts.
func TestStartsOfQuota(t *testing.T) {
	h := replicas(3, random.Constant(1))
	h.Cluster.Nodes.Max = 2
	if o := run(t, h, at(0)); o.Starts != 1 {
		t.Errorf("%d starts, want 1: the quota holds back one of three", o.Starts)
	}
}
