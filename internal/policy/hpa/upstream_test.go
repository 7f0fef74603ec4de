package hpa

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// upstream is testdata/kubernetes-*.yaml: the inputs and expected outputs of Kubernetes' own tests.
type upstream struct {
	Version           string
	CPUInitialization int `yaml:"cpuInitialization"`
	InitialReadiness  int `yaml:"initialReadiness"`
	Groups            []upstreamGroups
	Replicas          []upstreamReplicas
	Decisions         []upstreamDecision
	Limits            []upstreamLimit
	Windows           []upstreamWindow
	Events            []upstreamEvents
}

func loadUpstream(t *testing.T) *upstream {
	t.Helper()
	data, err := os.ReadFile("testdata/kubernetes-v1.34.2.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var u upstream
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&u); err != nil {
		t.Fatal(err)
	}
	return &u
}

// spec has the tests' own periods and the tolerances of one of them.
func (u *upstream) spec(upTolerance, downTolerance *float64, metrics ...upstreamMetric) *Spec {
	h := &Spec{
		UpTolerance: 0.1, DownTolerance: 0.1, DownWindow: 300 * time.Second,
		CPUInitialization: seconds(u.CPUInitialization), InitialReadiness: seconds(u.InitialReadiness),
	}
	if upTolerance != nil {
		h.UpTolerance = *upTolerance
	}
	if downTolerance != nil {
		h.DownTolerance = *downTolerance
	}
	for _, m := range metrics {
		h.Metrics = append(h.Metrics, m.metric())
	}
	return h
}

// TestKubernetesVectors: what the controller's own tests expect.
func TestKubernetesVectors(t *testing.T) {
	u := loadUpstream(t)
	for _, c := range u.Groups {
		t.Run(c.Name, func(t *testing.T) {
			h := u.spec(nil, nil)
			for i, p := range pods(c.Pods) {
				if got := h.group(&p, c.Samples[i].sample(), c.CPU, 0); got.String() != c.Want[i] {
					t.Errorf("pod %d is %v, want %s", i, got, c.Want[i])
				}
			}
		})
	}
	for _, c := range u.Replicas {
		t.Run(c.Name, func(t *testing.T) {
			h := u.spec(c.UpTolerance, c.DownTolerance, c.Metric)
			got, ok := h.proposal(0, &Snapshot{Replicas: c.Current, Created: c.Current, Pods: pods(c.Pods), Readings: readings(c.Metric)}, 0)
			if ok == c.Unavailable || ok && got != c.Want {
				t.Errorf("%d replicas (available: %v), want %d (%v)", got, ok, c.Want, !c.Unavailable)
			}
		})
	}
	for _, c := range u.Decisions {
		t.Run(c.Name, func(t *testing.T) {
			h := u.spec(c.UpTolerance, c.DownTolerance, c.Metrics...)
			h.Min, h.Max, h.Behavior = c.Min, c.Max, c.Behavior.behavior()
			created := c.Current
			if c.Created != nil {
				created = *c.Created
			}
			state := State{begun: c.Recommendations != nil, recommendations: events(c.Recommendations)}
			got := h.Decide(&state, &Snapshot{Replicas: c.Current, Created: created, Pods: pods(c.Pods), Readings: readings(c.Metrics...)}, 0)
			if got != c.Want {
				t.Errorf("%d replicas, want %d", got, c.Want)
			}
		})
	}
	for _, c := range u.Limits {
		t.Run(c.Name, func(t *testing.T) {
			if c.Behavior == nil {
				if got := withoutBehavior(c.Current, c.Proposal, c.Min, c.Max); got != c.Want {
					t.Errorf("%d replicas, want %d", got, c.Want)
				}
				return
			}
			h := Spec{Min: c.Min, Max: c.Max, Behavior: c.Behavior.behavior()}
			state := State{grown: events(c.Grown), shrunk: events(c.Shrunk)}
			if got := state.limit(&h, c.Current, c.Proposal, 0); got != c.Want {
				t.Errorf("%d replicas, want %d", got, c.Want)
			}
		})
	}
	for _, c := range u.Windows {
		t.Run(c.Name, func(t *testing.T) {
			state := State{recommendations: events(c.Recommendations)}
			var got int
			if c.Behavior {
				b := Behavior{Up: Rules{Window: seconds(c.Up)}, Down: Rules{Window: seconds(c.Down)}}
				got = state.stabilise(&b, c.Current, c.Proposal, 0)
			} else {
				got = state.highest(c.Proposal, seconds(c.Down), 0)
			}
			if got != c.Want {
				t.Errorf("%d replicas, want %d", got, c.Want)
			}
			if c.Kept > 0 && len(state.recommendations) != c.Kept {
				t.Errorf("%d recommendations are kept, want %d", len(state.recommendations), c.Kept)
			}
		})
	}
	for _, c := range u.Events {
		t.Run(c.Name, func(t *testing.T) {
			state := State{grown: events(c.Events)}
			if got := changedSince(state.grown, seconds(-60)); got != c.Within {
				t.Errorf("%d replicas within 60 s, want %d", got, c.Within)
			}
			h := Spec{Behavior: &Behavior{Up: Rules{Policies: policies(c.Policies)}}}
			state.scale(&h, 10, 10+c.Change, 0)
			var got []int
			for _, e := range state.grown {
				got = append(got, e.replicas)
			}
			if diff := cmp.Diff(c.Want, got); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}
