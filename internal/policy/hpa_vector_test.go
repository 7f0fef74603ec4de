package policy

import "time"

// The cases of testdata/hpa as they stand in the file, and their conversions.
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

func hpaSeconds(n int) time.Duration { return time.Duration(n) * time.Second }

// hpaLongAgo is a time from which nothing counts any more.
const hpaLongAgo = -1_000_000

var (
	hpaPhases    = map[string]HPAPhase{"": HPARunning, "pending": HPAPending, "failed": HPAFailed, "other": HPAOtherPhase}
	hpaReadiness = map[string]HPAReadiness{
		"": HPAReady, "notReady": HPANotReady, "unknown": HPAReadinessUnknown, "absent": HPANoReadiness,
	}
	hpaKinds = map[string]HPAMetricKind{
		"utilization": HPAUtilization, "podAverage": HPAPodAverage, "total": HPATotal, "totalAverage": HPATotalAverage,
	}
	hpaSelects = map[string]HPASelect{"": HPASelectMax, "min": HPASelectMin, "disabled": HPADisabled}
)

func (g hpaGroup) String() string {
	return [...]string{hpaCounted: "counted", hpaIgnored: "ignored", hpaMissing: "missing", hpaUnready: "unready"}[g]
}

func hpaPods(list []upstreamPod) []HPAPod {
	var pods []HPAPod
	for _, p := range list {
		pod := HPAPod{
			Phase: hpaPhases[p.Phase], Deleting: p.Deleting, Ready: hpaReadiness[p.Ready], Unstarted: p.Unstarted,
			Since: hpaSeconds(hpaLongAgo), Started: hpaSeconds(hpaLongAgo),
		}
		if p.Since != nil {
			pod.Since = hpaSeconds(*p.Since)
		}
		if p.Started != nil {
			pod.Started = hpaSeconds(*p.Started)
		}
		pods = append(pods, pod)
	}
	return pods
}

func (s *upstreamSample) sample() *HPASample {
	if s == nil {
		return &HPASample{Missing: true}
	}
	return &HPASample{Value: 1, At: hpaSeconds(s.At), Window: hpaSeconds(s.Window)}
}

func (m upstreamMetric) metric() HPAMetric {
	return HPAMetric{Kind: hpaKinds[m.Kind], CPU: m.CPU, Target: m.Target}
}

func hpaReadings(metrics ...upstreamMetric) []HPAReading {
	var list []HPAReading
	for _, m := range metrics {
		r := HPAReading{Unavailable: m.Unavailable, Total: m.Total}
		window := 60
		if m.Window != nil {
			window = *m.Window
		}
		for i, value := range m.Samples {
			s := HPASample{Missing: value == nil, At: hpaSeconds(m.At), Window: hpaSeconds(window)}
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

func (b *upstreamBehavior) behavior() *HPABehavior {
	if b == nil {
		return nil
	}
	return &HPABehavior{Up: b.Up.rules(), Down: b.Down.rules()}
}

func (r upstreamRules) rules() HPARules {
	return HPARules{Window: hpaSeconds(r.Window), Select: hpaSelects[r.Select], Policies: hpaPolicies(r.Policies)}
}

func hpaPolicies(list []upstreamPolicy) []HPAPolicy {
	var policies []HPAPolicy
	for _, p := range list {
		policies = append(policies, HPAPolicy{Pods: p.Pods, Percent: p.Percent, Period: hpaSeconds(p.Period)})
	}
	return policies
}

func hpaEvents(list []upstreamEvent) []hpaEvent {
	var events []hpaEvent
	for _, e := range list {
		events = append(events, hpaEvent{at: hpaSeconds(e.At), replicas: e.Replicas})
	}
	return events
}
