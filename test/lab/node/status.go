package node

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A condition is what was last reported, and since when.
type condition struct {
	status corev1.ConditionStatus
	since  metav1.Time
}

// status computes what is to be reported. The pod's lock is held.
func (p *pod) status() corev1.PodStatus {
	s := corev1.PodStatus{
		ObservedGeneration:    p.latest.Generation,
		InitContainerStatuses: statuses(p.inits), ContainerStatuses: statuses(p.mains),
	}
	switch s.Phase = p.phaseOfContainers(); {
	case p.released && p.phase != "":
		s.Phase, s.Reason, s.Message = p.phase, p.reason, p.message
		stopAll(s.InitContainerStatuses)
		stopAll(s.ContainerStatuses)
	case !p.released && (s.Phase == corev1.PodSucceeded || s.Phase == corev1.PodFailed):
		s.Phase = corev1.PodRunning
	}
	host := p.node.addresses.host().String()
	s.HostIP, s.HostIPs = host, []corev1.HostIP{{IP: host}}
	if p.address.IsValid() {
		s.PodIP = p.address.String()
		s.PodIPs = []corev1.PodIP{{IP: s.PodIP}}
		s.StartTime = &p.since
	}
	s.Conditions = p.conditions(s)
	return s
}

func statuses(containers []*podContainer) []corev1.ContainerStatus {
	list := make([]corev1.ContainerStatus, 0, len(containers))
	for _, c := range containers {
		s := *c.status.DeepCopy()
		if c.init && !c.sidecar() { // an init container is ready when it has done its work
			s.Ready = s.State.Terminated != nil && s.State.Terminated.ExitCode == 0
		}
		list = append(list, s)
	}
	return list
}

// stopAll gives containers that never ran their end, for a pod that has failed.
func stopAll(list []corev1.ContainerStatus) {
	for i := range list {
		s := &list[i]
		s.Ready = false
		if s.State.Waiting != nil && s.LastTerminationState.Terminated != nil {
			s.State, s.LastTerminationState = s.LastTerminationState, corev1.ContainerState{}
		}
	}
}

// phaseOfContainers follows getPhase of the kubelet.
func (p *pod) phaseOfContainers() corev1.PodPhase {
	stopped := p.stopped()
	for _, c := range p.inits {
		switch t := end(c.status); {
		case c.sidecar():
			if !stopped && (c.status.Started == nil || !*c.status.Started) && !started(p.mains) {
				return corev1.PodPending
			}
		case t == nil || t.ExitCode != 0:
			if t != nil && (stopped || !c.restarts(t.ExitCode)) {
				return corev1.PodFailed
			}
			if stopped && c.status.State.Running == nil {
				return corev1.PodFailed
			}
			return corev1.PodPending
		}
	}
	return p.phaseOfMains(stopped)
}

func (p *pod) phaseOfMains(stopped bool) corev1.PodPhase {
	var waiting, running, failed int
	for _, c := range p.mains {
		t := end(c.status)
		switch {
		case c.status.State.Running != nil:
			running++
		case t == nil:
			waiting++
		case t.ExitCode != 0:
			failed++
		}
	}
	ended := len(p.mains) - waiting - running
	if waiting == 0 && p.runs() { // a sidecar may outlive them
		return corev1.PodRunning
	}
	policy := p.object.Spec.RestartPolicy
	switch {
	case stopped && running == 0 && (waiting > 0 || failed > 0):
		return corev1.PodFailed
	case stopped && running == 0:
		return corev1.PodSucceeded
	case waiting > 0:
		return corev1.PodPending
	case running > 0 || policy == corev1.RestartPolicyAlways:
		return corev1.PodRunning
	case failed == 0 && ended > 0:
		return corev1.PodSucceeded
	case policy == corev1.RestartPolicyNever:
		return corev1.PodFailed
	}
	return corev1.PodRunning
}

// runs says whether any container does.
func (p *pod) runs() bool {
	return slices.ContainsFunc(slices.Concat(p.inits, p.mains), func(c *podContainer) bool { return c.status.State.Running != nil })
}

// stopped says that nothing will be started any more.
func (p *pod) stopped() bool {
	select {
	case <-p.deleted:
		return true
	default:
		return false
	}
}

// end returns how a container last ended, if it does not run.
func end(s corev1.ContainerStatus) *corev1.ContainerStateTerminated {
	switch {
	case s.State.Terminated != nil:
		return s.State.Terminated
	case s.State.Running == nil:
		return s.LastTerminationState.Terminated
	}
	return nil
}

func started(containers []*podContainer) bool {
	for _, c := range containers {
		if c.status.State.Waiting == nil || c.status.LastTerminationState.Terminated != nil {
			return true
		}
	}
	return false
}

// conditions are those that a kubelet reports.
func (p *pod) conditions(s corev1.PodStatus) []corev1.PodCondition {
	initialized := p.condition(corev1.PodInitialized, "", "")
	if missing := incomplete(p.inits); len(missing) > 0 {
		initialized = p.condition(corev1.PodInitialized, "ContainersNotInitialized",
			fmt.Sprintf("containers with incomplete status: [%s]", strings.Join(missing, " ")))
	}
	reason, message := unready(s)
	containersReady := p.condition(corev1.ContainersReady, reason, message)
	if reason == "" {
		reason, message = p.gates()
	}
	network := ""
	if !p.ready {
		network = "ContainersNotReady"
	}
	return []corev1.PodCondition{
		p.condition(corev1.PodReadyToStartContainers, network, ""),
		initialized, containersReady,
		p.condition(corev1.PodReady, reason, message),
	}
}

// condition is true without a reason. Its time is that of the last change.
func (p *pod) condition(kind corev1.PodConditionType, reason, message string) corev1.PodCondition {
	c := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, ObservedGeneration: p.latest.Generation}
	if reason != "" {
		c.Status, c.Reason, c.Message = corev1.ConditionFalse, reason, message
	}
	if last := p.times[kind]; last.status != c.Status {
		p.times[kind] = condition{status: c.Status, since: metav1.Now()}
	}
	c.LastTransitionTime = p.times[kind].since
	return c
}

// incomplete returns the init containers that have not done their work. A sidecar has when it has started.
func incomplete(inits []*podContainer) []string {
	var names []string
	for _, c := range inits {
		t := c.status.State.Terminated
		done := t != nil && t.ExitCode == 0
		if c.sidecar() {
			done = c.status.Started != nil && *c.status.Started || t != nil
		}
		if !done {
			names = append(names, c.spec.Name)
		}
	}
	return names
}

// unready says why not all containers are.
func unready(s corev1.PodStatus) (reason, message string) {
	switch s.Phase {
	case corev1.PodSucceeded:
		return "PodCompleted", ""
	case corev1.PodFailed:
		return "PodFailed", ""
	}
	var names []string
	for _, c := range s.ContainerStatuses {
		if !c.Ready {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return "", ""
	}
	return "ContainersNotReady", fmt.Sprintf("containers with unready status: [%s]", strings.Join(names, " "))
}

// gates says which readiness gate is closed.
func (p *pod) gates() (reason, message string) {
	for _, gate := range p.object.Spec.ReadinessGates {
		open := false
		for _, c := range p.latest.Status.Conditions {
			open = open || c.Type == gate.ConditionType && c.Status == corev1.ConditionTrue
		}
		if !open {
			return "ReadinessGatesNotReady", fmt.Sprintf("corresponding condition of pod readiness gate %q does not exist or is not true", gate.ConditionType)
		}
	}
	return "", ""
}
