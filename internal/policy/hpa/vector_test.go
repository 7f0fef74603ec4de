package hpa

import "time"

// The cases of testdata as they stand in the file, and their conversions.
type (
	upstreamGroups struct {
		Name    string
		CPU     bool
		Pods    []upstreamPod
		Samples []*upstreamSample
		Want    []string
	}
	upstreamReplicas struct {
		Name          string
		Current       int
		Pods          []upstreamPod
		Metric        upstreamMetric
		UpTolerance   *float64 `yaml:"upTolerance"`
		DownTolerance *float64 `yaml:"downTolerance"`
		Unavailable   bool
		Want          int
	}
	upstreamDecision struct {
		Name              string
		Min, Max, Current int
		Created           *int
		Pods              []upstreamPod
		Metrics           []upstreamMetric
		Behavior          *upstreamBehavior
		UpTolerance       *float64 `yaml:"upTolerance"`
		DownTolerance     *float64 `yaml:"downTolerance"`
		Recommendations   []upstreamEvent
		Want              int
	}
	upstreamLimit struct {
		Name                        string
		Min, Max, Current, Proposal int
		Behavior                    *upstreamBehavior
		Grown, Shrunk               []upstreamEvent
		Want                        int
	}
	upstreamWindow struct {
		Name                                    string
		Behavior                                bool
		Up, Down, Current, Proposal, Want, Kept int
		Recommendations                         []upstreamEvent
	}
	upstreamEvents struct {
		Name           string
		Policies       []upstreamPolicy
		Events         []upstreamEvent
		Change, Within int
		Want           []int
	}
	upstreamPod struct {
		Phase          string
		Deleting       bool
		Ready          string
		Since, Started *int
		Unstarted      bool
	}
	upstreamSample struct{ At, Window int }
	upstreamMetric struct {
		Kind        string
		CPU         bool
		Target      int64
		Unavailable bool
		Total       int64
		Samples     []*int64
		Requests    []int64
		At          int
		Window      *int
	}
	upstreamBehavior struct{ Up, Down upstreamRules }
	upstreamRules    struct {
		Select   string
		Window   int
		Policies []upstreamPolicy
	}
	upstreamPolicy struct {
		Pods    int
		Percent float64
		Period  int
	}
	upstreamEvent struct{ At, Replicas int }
)

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// longAgo is a time from which nothing counts any more.
const longAgo = -1_000_000

var (
	phases    = map[string]Phase{"": Running, "pending": Pending, "failed": Failed, "other": OtherPhase}
	readiness = map[string]Readiness{
		"": Ready, "notReady": NotReady, "unknown": ReadinessUnknown, "absent": NoReadiness,
	}
	kinds = map[string]MetricKind{
		"utilization": Utilization, "podAverage": PodAverage, "total": Total, "totalAverage": TotalAverage,
	}
	selects = map[string]Select{"": SelectMax, "min": SelectMin, "disabled": Disabled}
)

func (g group) String() string {
	return [...]string{counted: "counted", ignored: "ignored", missing: "missing", unready: "unready"}[g]
}

func pods(list []upstreamPod) []Pod {
	var pods []Pod
	for _, p := range list {
		pod := Pod{
			Phase: phases[p.Phase], Deleting: p.Deleting, Ready: readiness[p.Ready], Unstarted: p.Unstarted,
			Since: seconds(longAgo), Started: seconds(longAgo),
		}
		if p.Since != nil {
			pod.Since = seconds(*p.Since)
		}
		if p.Started != nil {
			pod.Started = seconds(*p.Started)
		}
		pods = append(pods, pod)
	}
	return pods
}

func (s *upstreamSample) sample() *Sample {
	if s == nil {
		return &Sample{Missing: true}
	}
	return &Sample{Value: 1, At: seconds(s.At), Window: seconds(s.Window)}
}

func (m upstreamMetric) metric() Metric {
	return Metric{Kind: kinds[m.Kind], CPU: m.CPU, Target: m.Target}
}

func readings(metrics ...upstreamMetric) []Reading {
	var list []Reading
	for _, m := range metrics {
		r := Reading{Unavailable: m.Unavailable, Total: m.Total}
		window := 60
		if m.Window != nil {
			window = *m.Window
		}
		for i, value := range m.Samples {
			s := Sample{Missing: value == nil, At: seconds(m.At), Window: seconds(window)}
			if value != nil {
				s.Value = *value
			}
			if m.Requests != nil {
				s.Request = m.Requests[i]
			}
			r.Samples = append(r.Samples, s)
		}
		list = append(list, r)
	}
	return list
}

func (b *upstreamBehavior) behavior() *Behavior {
	if b == nil {
		return nil
	}
	return &Behavior{Up: b.Up.rules(), Down: b.Down.rules()}
}

func (r upstreamRules) rules() Rules {
	return Rules{Window: seconds(r.Window), Select: selects[r.Select], Policies: policies(r.Policies)}
}

func policies(list []upstreamPolicy) []Policy {
	var policies []Policy
	for _, p := range list {
		policies = append(policies, Policy{Pods: p.Pods, Percent: p.Percent, Period: seconds(p.Period)})
	}
	return policies
}

func events(list []upstreamEvent) []event {
	var events []event
	for _, e := range list {
		events = append(events, event{at: seconds(e.At), replicas: e.Replicas})
	}
	return events
}
