package node

import (
	"net/netip"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// TestPhase: the phase of a pod by the states of its containers, by the kubelet's rules. A container is
// w(aiting), r(unning), g(ood end), b(ad end) or c(rash loop: waiting after a bad end).
func TestPhase(t *testing.T) {
	for _, test := range []struct {
		inits, mains string
		sidecar      bool // the inits are
		policy       corev1.RestartPolicy
		stopped      bool
		want         corev1.PodPhase
	}{
		{mains: "w", policy: corev1.RestartPolicyAlways, want: corev1.PodPending},
		{mains: "rw", policy: corev1.RestartPolicyAlways, want: corev1.PodPending},
		{mains: "rr", policy: corev1.RestartPolicyAlways, want: corev1.PodRunning},
		{mains: "c", policy: corev1.RestartPolicyAlways, want: corev1.PodRunning},
		{mains: "g", policy: corev1.RestartPolicyAlways, want: corev1.PodRunning},
		{mains: "gr", policy: corev1.RestartPolicyNever, want: corev1.PodRunning},
		{mains: "gg", policy: corev1.RestartPolicyNever, want: corev1.PodSucceeded},
		{mains: "gb", policy: corev1.RestartPolicyNever, want: corev1.PodFailed},
		{mains: "gc", policy: corev1.RestartPolicyOnFailure, want: corev1.PodRunning},
		{mains: "gg", policy: corev1.RestartPolicyOnFailure, want: corev1.PodSucceeded},
		{mains: "g", policy: corev1.RestartPolicyAlways, stopped: true, want: corev1.PodSucceeded},
		{mains: "gb", policy: corev1.RestartPolicyAlways, stopped: true, want: corev1.PodFailed},
		{mains: "w", policy: corev1.RestartPolicyAlways, stopped: true, want: corev1.PodFailed},
		{mains: "r", policy: corev1.RestartPolicyAlways, stopped: true, want: corev1.PodRunning},
		{inits: "r", mains: "w", policy: corev1.RestartPolicyAlways, want: corev1.PodPending},
		{inits: "gw", mains: "w", policy: corev1.RestartPolicyAlways, want: corev1.PodPending},
		{inits: "c", mains: "w", policy: corev1.RestartPolicyAlways, want: corev1.PodPending},
		{inits: "b", mains: "w", policy: corev1.RestartPolicyNever, want: corev1.PodFailed},
		{inits: "gg", mains: "r", policy: corev1.RestartPolicyAlways, want: corev1.PodRunning},
		{inits: "r", sidecar: true, mains: "r", policy: corev1.RestartPolicyAlways, want: corev1.PodRunning},
		{inits: "r", sidecar: true, mains: "g", policy: corev1.RestartPolicyNever, want: corev1.PodRunning},
		{inits: "g", sidecar: true, mains: "g", policy: corev1.RestartPolicyNever, want: corev1.PodSucceeded},
	} {
		p := podOf(test.inits, test.mains, test.policy, test.sidecar)
		if test.stopped {
			close(p.deleted)
		}
		if got := p.phaseOfContainers(); got != test.want {
			t.Errorf("%+v: phase %s", test, got)
		}
	}
}

// TestFailWaits: a phase is final when what the pod used is free again, and no sooner.
func TestFailWaits(t *testing.T) {
	p := podOf("", "r", corev1.RestartPolicyAlways, false)
	p.fail("DeadlineExceeded", "too long")
	if s := p.status(); s.Phase != corev1.PodRunning || s.Reason != "" {
		t.Errorf("while a process runs: %s %s", s.Phase, s.Reason)
	}
	p.mains[0].status.State = state('b')
	if s := p.status(); s.Phase != corev1.PodRunning {
		t.Errorf("while its GPUs are taken: %s", s.Phase)
	}
	p.released = true
	if s := p.status(); s.Phase != corev1.PodFailed || s.Reason != "DeadlineExceeded" {
		t.Errorf("after its end: %s %s", s.Phase, s.Reason)
	}
}

// podOf is a pod whose containers are in these states.
func podOf(inits, mains string, policy corev1.RestartPolicy, sidecar bool) *pod {
	object := &corev1.Pod{}
	object.Spec.RestartPolicy = policy
	always := corev1.ContainerRestartPolicyAlways
	for i := range inits {
		c := corev1.Container{Name: "init-" + string(rune('a'+i))}
		if sidecar {
			c.RestartPolicy = &always
		}
		object.Spec.InitContainers = append(object.Spec.InitContainers, c)
	}
	for i := range mains {
		object.Spec.Containers = append(object.Spec.Containers, corev1.Container{Name: "main-" + string(rune('a'+i))})
	}
	n := &Node{spec: Spec{Dir: "/nowhere"}, addresses: newAddresses(netip.MustParsePrefix("10.244.1.0/24"))}
	p := newPod(n, object)
	for i, c := range p.inits {
		set(c, inits[i])
	}
	for i, c := range p.mains {
		set(c, mains[i])
	}
	return p
}

func set(c *podContainer, letter byte) {
	yes := true
	c.status.State = state(letter)
	if letter == 'c' {
		c.status.LastTerminationState = state('b')
	}
	if letter == 'r' {
		c.status.Started = &yes
	}
}

func state(letter byte) corev1.ContainerState {
	switch letter {
	case 'r':
		return corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	case 'g':
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}
	case 'b':
		return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1}}
	}
	return waiting("x", "")
}
