package coldstart

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"fulcrum.dev/fulcrum/internal/record"
)

const second = time.Second

// podOf is a pod with a start-up probe, in the state that the steps bring it to.
func podOf(name string, steps ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name)},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "server", StartupProbe: new(corev1.Probe)}}},
	}
	for _, step := range steps {
		step(p)
	}
	return p
}

func condition(kind corev1.PodConditionType, status corev1.ConditionStatus, reason string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: kind, Status: status, Reason: reason})
	}
}

var (
	isUnschedulable = condition(corev1.PodScheduled, corev1.ConditionFalse, corev1.PodReasonUnschedulable)
	isReady         = condition(corev1.PodReady, corev1.ConditionTrue, "")
)

func isPlaced(p *corev1.Pod) {
	p.Spec.NodeName = "node-1"
	condition(corev1.PodScheduled, corev1.ConditionTrue, "")(p)
}

func isRunning(p *corev1.Pod) {
	p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "server", State: corev1.ContainerState{Running: new(corev1.ContainerStateRunning)}}}
}

func isStarted(p *corev1.Pod) { yes := true; p.Status.ContainerStatuses[0].Started = &yes }

func pulled(name string) *corev1.Event {
	return &corev1.Event{Reason: "Pulled", InvolvedObject: corev1.ObjectReference{UID: types.UID(name), FieldPath: "spec.containers{server}"}}
}

func readyNode(name string) *corev1.Node {
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Status:     corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}},
	}
}

func unreadyNode(name string) *corev1.Node {
	n := readyNode(name)
	n.Status.Conditions[0].Status = corev1.ConditionUnknown
	return n
}

func times(phases []record.Phase) map[record.PhaseName]time.Duration {
	m := map[record.PhaseName]time.Duration{}
	for _, p := range phases {
		m[p.Name] = p.At
	}
	return m
}

// TestPodOnANewNode has every moment, whatever order messages come in.
func TestPodOnANewNode(t *testing.T) {
	s := newSight()
	s.takeNode(0, readyNode("node-0"))
	s.takePod(0, podOf("old"))
	if names := s.begin(second); len(names) != 1 || names[0] != "old" || s.hasReady() {
		t.Errorf("%v were there", names)
	}
	s.takePod(2*second, podOf("new", isUnschedulable))
	s.takeNode(3*second, readyNode("node-1"))
	s.takePod(4*second, podOf("new", isPlaced))
	s.takePod(6*second, podOf("new", isPlaced, isRunning))
	s.takeEvent(7*second, pulled("new")) // it comes late, and cannot have been after the process
	s.takePod(8*second, podOf("new", isPlaced, isRunning, isStarted))
	s.takePod(9*second, podOf("new", isPlaced, isRunning, isStarted, isReady))
	s.takePod(10*second, podOf("new", isPlaced, isRunning, isStarted, isReady))
	want := map[record.PhaseName]time.Duration{
		record.Trigger: second, record.Capacity: 3 * second, record.Placed: 4 * second, record.Image: 6 * second,
		record.Process: 6 * second, record.Model: 8 * second, record.Ready: 9 * second,
	}
	if diff := cmp.Diff(want, times(s.phases())); diff != "" {
		t.Error(diff)
	}
	if ok, why := s.evidence(); ok {
		t.Errorf("the old pod is still there: %s", why)
	}
	s.losePod(podOf("old"))
	if ok, why := s.evidence(); !ok || why != "pod new started on node node-1, and no pod was left from before" {
		t.Error(why)
	}
}

// TestPodThatStopsShort keeps what was seen.
func TestPodThatStopsShort(t *testing.T) {
	s := newSight()
	if s.phases() != nil {
		t.Error("phases before the trigger")
	}
	s.begin(second)
	s.takePod(2*second, podOf("new", isPlaced))
	want := map[record.PhaseName]time.Duration{record.Trigger: second, record.Capacity: second, record.Placed: 2 * second}
	if diff := cmp.Diff(want, times(s.phases())); diff != "" || s.hasReady() {
		t.Error(diff)
	}
}

// TestPodThatWaitedForRoom on a node that was there before: nobody knows since when there was room.
func TestPodThatWaitedForRoom(t *testing.T) {
	s := newSight()
	s.takeNode(0, readyNode("node-1"))
	s.begin(second)
	s.takePod(2*second, podOf("new", isUnschedulable))
	s.takePod(3*second, podOf("new", isPlaced))
	if _, seen := times(s.phases())[record.Capacity]; seen {
		t.Errorf("%+v", s.phases())
	}
}

// TestNodeThatCameBack is a new one, whether its object was deleted or only its machine away.
func TestNodeThatCameBack(t *testing.T) {
	for name, leave := range map[string]func(*sight){
		"deleted":   func(s *sight) { s.loseNode(readyNode("node-1")) },
		"not ready": func(s *sight) { s.takeNode(2*second, unreadyNode("node-1")) },
	} {
		s := newSight()
		s.takeNode(0, readyNode("node-1"))
		s.begin(second)
		s.takePod(2*second, podOf("new", isUnschedulable))
		leave(s)
		s.takeNode(3*second, readyNode("node-1"))
		s.takePod(4*second, podOf("new", isPlaced))
		leave(s) // too late to matter
		s.takeNode(5*second, readyNode("node-1"))
		want := map[record.PhaseName]time.Duration{record.Trigger: second, record.Capacity: 3 * second, record.Placed: 4 * second}
		if diff := cmp.Diff(want, times(s.phases())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestObstacle is what Kubernetes says of the pod that came furthest.
func TestObstacle(t *testing.T) {
	waiting := func(reason string) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "server", State: corev1.ContainerState{
				Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: "m"},
			}}}
		}
	}
	for want, steps := range map[string][]func(*corev1.Pod){
		"pod new has no node: Unschedulable: ":                   {isUnschedulable},
		"container server of pod new waits: ImagePullBackOff: m": {isPlaced, waiting("ImagePullBackOff")},
		"": {isPlaced, waiting("ContainerCreating")},
	} {
		s := newSight()
		s.begin(second)
		if got := s.obstacle(); got != "there is no new pod" {
			t.Error(got)
		}
		s.takePod(2*second, podOf("new", steps...))
		if got := s.obstacle(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
