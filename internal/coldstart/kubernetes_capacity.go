package coldstart

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"fulcrum.dev/fulcrum/internal/record"
)

// takeNode notes since when a node is ready. A node that was not ready for a while counts as new.
func (s *podTimeline) takeNode(at time.Duration, o *corev1.Node) {
	for _, c := range o.Status.Conditions {
		if c.Type != corev1.NodeReady {
			continue
		}
		if c.Status != corev1.ConditionTrue {
			s.loseNode(o)
		} else if _, known := s.nodes[o.Name]; !known {
			s.nodes[o.Name] = at
		}
	}
}

// loseNode forgets a node, unless a new pod has it: since when that had a place does not change any more.
func (s *podTimeline) loseNode(o *corev1.Node) {
	for _, p := range s.pods {
		if !p.isOld && p.node == o.Name {
			return
		}
	}
	delete(s.nodes, o.Name)
}

// capacity is when there was a node for the pod: at the trigger unless it had to wait for one, and Unseen where it waited
// for something else, or where nodes may not be read.
func (s *podTimeline) capacity(p *podTimes) time.Duration {
	if p.placed < 0 || p.node == "" {
		return record.Unseen
	}
	if !p.hadNoPlace {
		return s.trigger
	}
	if at, ok := s.nodes[p.node]; ok && at > s.trigger {
		return at
	}
	return record.Unseen
}

// obstacle is why a pod does not go on by itself: it finds no node, or a container cannot be started.
func obstacle(o *corev1.Pod) string {
	for _, c := range o.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return fmt.Sprintf("pod %s has no node: %s: %s", o.Name, c.Reason, c.Message)
		}
	}
	for _, c := range slices.Concat(o.Status.InitContainerStatuses, o.Status.ContainerStatuses) {
		switch w := c.State.Waiting; {
		case w == nil, w.Reason == "ContainerCreating", w.Reason == "PodInitializing", w.Reason == "":
		default:
			return fmt.Sprintf("container %s of pod %s waits: %s: %s", c.Name, o.Name, w.Reason, w.Message)
		}
	}
	return ""
}

// obstacle is the obstacle of the pod that got furthest.
func (s *podTimeline) obstacle() string {
	p := s.best()
	if p == nil {
		return "there is no new pod"
	}
	return p.waits
}
