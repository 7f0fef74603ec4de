package node

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"fulcrum.dev/fulcrum/test/lab/node/internal/container"
	"fulcrum.dev/fulcrum/test/lab/node/internal/probe"
)

// attend looks after a running process until it has ended: by itself, by a probe or hook that failed, or because
// the context has.
func (c *podContainer) attend(ctx context.Context, process *container.Container) {
	watching, stopWatching := context.WithCancel(ctx)
	failed := make(chan failure, 2) // one from the start, one from the liveness probe
	var watchers sync.WaitGroup
	watchers.Go(func() { c.watch(watching, process, failed) })
	select {
	case <-process.Done():
	case f := <-failed:
		c.pod.tell("Killing", fmt.Sprintf("Container %s failed %s, will be restarted", c.spec.Name, f.what))
		grace, cancel := context.WithTimeout(c.pod.stopping, f.grace)
		c.stop(grace, process)
		cancel()
	case <-ctx.Done():
		c.pod.tell("Killing", "Stopping container "+c.spec.Name)
		c.stop(c.pod.stopping, process)
	}
	stopWatching()
	watchers.Wait()
}

// failure is why a container is to be killed and started again.
type failure struct {
	what  string
	grace time.Duration
}

// stop ends a process in the order of the kubelet: hook, SIGTERM, and SIGKILL when the grace is over.
func (c *podContainer) stop(grace context.Context, process *container.Container) {
	if h := c.spec.Lifecycle; h != nil && h.PreStop != nil && grace.Err() == nil {
		if err := c.hook(grace, process, h.PreStop); err != nil {
			c.pod.warn("FailedPreStopHook", fmt.Sprintf("PreStopHook failed: %v", err))
		}
	}
	if err := process.Stop(grace); err != nil {
		c.pod.node.log.Error("stopping a container", "pod", c.pod.name(), "container", c.spec.Name, "error", err)
	}
}

// watch runs the hook after the start, then the start-up probe, then the others side by side.
func (c *podContainer) watch(ctx context.Context, process *container.Container, failed chan<- failure) {
	if h := c.spec.Lifecycle; h != nil && h.PostStart != nil {
		if err := c.hook(ctx, process, h.PostStart); err != nil && ctx.Err() == nil {
			c.pod.warn("FailedPostStartHook", fmt.Sprintf("PostStartHook failed: %v", err))
			failed <- failure{"PostStartHook", c.grace(nil)}
			return
		}
	}
	if !c.startUp(ctx, process, failed) {
		return
	}
	yes := true
	c.update(func(s *corev1.ContainerStatus) {
		s.Started = &yes
		s.Ready = c.spec.ReadinessProbe == nil
	})
	c.onceStarts.Do(func() { close(c.startedUp) })
	var probes sync.WaitGroup
	if p := c.spec.LivenessProbe; p != nil {
		probes.Go(func() { c.liveness(ctx, process, p, failed) })
	}
	if p := c.spec.ReadinessProbe; p != nil {
		probes.Go(func() {
			c.probe(ctx, process, "Readiness", p, func(healthy bool) {
				c.update(func(s *corev1.ContainerStatus) { s.Ready = healthy && s.State.Running != nil })
			})
		})
	}
	probes.Wait()
}

// startUp waits for the start-up probe's success.
func (c *podContainer) startUp(ctx context.Context, process *container.Container, failed chan<- failure) bool {
	p := c.spec.StartupProbe
	if p == nil {
		return ctx.Err() == nil
	}
	tries, stop := context.WithCancel(ctx)
	defer stop()
	started := false
	c.probe(tries, process, "Startup", p, func(healthy bool) {
		if started = healthy; !healthy {
			failed <- failure{"startup probe", c.grace(p)}
		}
		stop()
	})
	return started
}

func (c *podContainer) liveness(ctx context.Context, process *container.Container, p *corev1.Probe, failed chan<- failure) {
	tries, stop := context.WithCancel(ctx)
	defer stop()
	c.probe(tries, process, "Liveness", p, func(healthy bool) {
		if !healthy {
			failed <- failure{"liveness probe", c.grace(p)}
			stop()
		}
	})
}

// probe watches until the context ends.
func (c *podContainer) probe(ctx context.Context, process *container.Container, kind string, p *corev1.Probe, result func(bool)) {
	checker := c.checker(process)
	probe.Watch{
		Spec:   p,
		Check:  func(ctx context.Context) error { return checker.Check(ctx, p.ProbeHandler) },
		Result: result,
		Failed: func(err error) { c.pod.warn("Unhealthy", fmt.Sprintf("%s probe failed: %v", kind, err)) },
	}.Run(ctx)
}

func (c *podContainer) checker(process *container.Container) probe.Checker {
	return probe.Checker{IP: c.pod.address.String(), Ports: c.spec.Ports, Exec: process.Exec}
}

// grace is the time between SIGTERM and SIGKILL: the probe's own, or the pod's.
func (c *podContainer) grace(p *corev1.Probe) time.Duration {
	if p != nil && p.TerminationGracePeriodSeconds != nil {
		return secondsOf(*p.TerminationGracePeriodSeconds)
	}
	if s := c.pod.object.Spec.TerminationGracePeriodSeconds; s != nil {
		return secondsOf(*s)
	}
	return 30 * time.Second
}

func secondsOf(n int64) time.Duration { return time.Duration(n) * time.Second }
