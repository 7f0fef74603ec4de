package coldstart

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"fulcrum.dev/fulcrum/internal/record"
)

// podTimeline is what was observed of the pods of a Deployment. Times are when the API server's message arrived: its own have
// a resolution of a second, and come from another clock.
type podTimeline struct {
	pods    map[types.UID]*podTimes
	nodes   map[string]time.Duration // when a node was ready; those of before the trigger at its time
	trigger time.Duration            // Unseen before it
}

// podTimes is the times of a pod; Unseen until they are known.
type podTimes struct {
	name, node                           string
	isOld, isGone, isLeaving, hadNoPlace bool
	hasStartupProbe                      bool
	waits                                string // why it does not go on, as Kubernetes says; "" where it does
	placed, image, process, model, ready time.Duration
}

func newPodTimeline() *podTimeline {
	return &podTimeline{pods: map[types.UID]*podTimes{}, nodes: map[string]time.Duration{}, trigger: record.Unseen}
}

// begin marks the trigger, and returns the names of the pods that are there.
func (s *podTimeline) begin(at time.Duration) (names []string) {
	s.trigger = at
	for _, p := range s.pods {
		p.isOld = true
		if !p.isGone {
			names = append(names, p.name)
		}
	}
	for name := range s.nodes {
		s.nodes[name] = at
	}
	return names
}

func (s *podTimeline) isEmpty() bool {
	for _, p := range s.pods {
		if !p.isGone {
			return false
		}
	}
	return true
}

func (s *podTimeline) hasReady() bool { return s.first() != nil }

// first returns the new pod that was ready first.
func (s *podTimeline) first() *podTimes {
	var first *podTimes
	for _, p := range s.pods {
		if !p.isOld && p.ready >= 0 && (first == nil || p.ready < first.ready) {
			first = p
		}
	}
	return first
}

// best returns the first ready pod or, while there is none, the one that got furthest.
func (s *podTimeline) best() *podTimes {
	best := s.first()
	if best != nil {
		return best
	}
	for _, p := range s.pods {
		if !p.isOld && (best == nil || p.process > best.process || p.placed > best.placed && best.process < 0) {
			best = p
		}
	}
	return best
}

func (s *podTimeline) takePod(at time.Duration, o *corev1.Pod) {
	const none = record.Unseen
	p := s.pods[o.UID]
	if p == nil {
		p = &podTimes{name: o.Name, placed: none, image: none, process: none, model: none, ready: none}
		s.pods[o.UID] = p
	}
	p.node, p.isLeaving, p.waits = o.Spec.NodeName, o.DeletionTimestamp != nil, obstacle(o)
	for _, c := range o.Status.Conditions {
		switch {
		case c.Type == corev1.PodScheduled && c.Status == corev1.ConditionTrue:
			mark(&p.placed, at)
		case c.Type == corev1.PodScheduled && c.Reason == corev1.PodReasonUnschedulable:
			p.hadNoPlace = true
		case c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue:
			mark(&p.ready, at)
		}
	}
	probed := map[string]bool{}
	for _, c := range o.Spec.Containers {
		probed[c.Name] = c.StartupProbe != nil
		p.hasStartupProbe = p.hasStartupProbe || c.StartupProbe != nil
	}
	run, started := len(o.Spec.Containers), p.hasStartupProbe
	for _, c := range o.Status.ContainerStatuses {
		if c.State.Running != nil {
			run--
		}
		if probed[c.Name] && (c.Started == nil || !*c.Started) {
			started = false
		}
	}
	if run == 0 {
		mark(&p.process, at)
		if started {
			mark(&p.model, at)
		}
	}
}

func (s *podTimeline) losePod(o *corev1.Pod) {
	if p := s.pods[o.UID]; p != nil {
		p.isGone = true
	}
}

// takeEvent notes the last image of a pod's own containers.
func (s *podTimeline) takeEvent(at time.Duration, e *corev1.Event) {
	p := s.pods[e.InvolvedObject.UID]
	if p != nil && e.Reason == "Pulled" && !strings.HasPrefix(e.InvolvedObject.FieldPath, "spec.initContainers") {
		p.image = at
	}
}

// mark sets a time once.
func mark(t *time.Duration, at time.Duration) {
	if *t < 0 {
		*t = at
	}
}

// phases are the moments that were seen, in order. One whose message came after that of a later moment was there no later than
// that one.
func (s *podTimeline) phases() []record.Phase {
	if s.trigger < 0 {
		return nil
	}
	phases := []record.Phase{{Name: record.Trigger, At: s.trigger, By: record.ByClient}}
	p := s.best()
	if p == nil {
		return phases
	}
	at := []time.Duration{s.capacity(p), p.placed, p.image, p.process, p.model, p.ready}
	latest := time.Duration(1<<63 - 1)
	for i := len(at) - 1; i >= 0; i-- {
		if at[i] >= 0 {
			at[i] = min(at[i], latest)
			latest = at[i]
		}
	}
	for i, name := range []record.PhaseName{record.Capacity, record.Placed, record.Image, record.Process, record.Model, record.Ready} {
		if at[i] >= 0 {
			phases = append(phases, record.Phase{Name: name, At: at[i], By: record.ByPlatform})
		}
	}
	return phases
}

// evidence says whether the answer can only have come from a pod that was started after the trigger.
func (s *podTimeline) evidence() (bool, string) {
	p := s.first()
	if p == nil {
		return false, ""
	}
	leaving := 0
	for _, o := range s.pods {
		if o.isOld && !o.isGone {
			if !o.isLeaving {
				return false, fmt.Sprintf("pod %s started, but pod %s was there before and may have answered", p.name, o.name)
			}
			leaving++
		}
	}
	text := fmt.Sprintf("pod %s started on node %s, and no pod was left from before", p.name, p.node)
	if leaving > 0 {
		text = fmt.Sprintf("pod %s started on node %s, and what was there before is on its way out", p.name, p.node)
	}
	return true, text
}
