package node

import (
	"context"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// observe takes a newer object in. One that is marked for deletion ends the pod.
func (p *pod) observe(object *corev1.Pod) {
	p.mu.Lock()
	p.latest = object
	p.mu.Unlock()
	if object.DeletionTimestamp == nil {
		p.mark() // conditions of readiness gates may have changed
		return
	}
	grace := p.stopGrace()
	if s := object.DeletionGracePeriodSeconds; s != nil {
		grace = time.Duration(*s) * time.Second
	}
	p.delete(grace)
}

// delete stops the pod and lets it leave then.
func (p *pod) delete(grace time.Duration) {
	p.stop("", "", grace)
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.deleted:
	default:
		close(p.deleted)
	}
}

// forget is called when the object is gone: what still runs is killed, and nothing reported.
func (p *pod) forget() {
	p.mu.Lock()
	p.gone = true
	p.mu.Unlock()
	p.delete(0)
}

func (p *pod) isGone() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone
}

// stop ends all containers within a grace, which a later call may shorten. With a reason the pod has failed.
func (p *pod) stop(reason, message string, grace time.Duration) {
	if reason != "" {
		p.fail(reason, message)
	}
	p.mu.Lock()
	p.grace = min(p.grace, grace)
	p.mu.Unlock()
	p.expire(grace)
	p.stopWork()
	p.mark()
}

// expire ends the grace of what is stopping after a time.
func (p *pod) expire(grace time.Duration) {
	if grace <= 0 {
		p.kill()
		return
	}
	timer := time.AfterFunc(grace, p.kill)
	context.AfterFunc(p.stopping, func() { timer.Stop() })
}

func (p *pod) stopGrace() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.grace
}

// fail sets the pod's phase, unless it is set.
func (p *pod) fail(reason, message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.phase == "" {
		p.phase, p.reason, p.message = corev1.PodFailed, reason, message
	}
	p.mark()
}

// sidecars run beside the main containers, and end after them in the reverse order of their start.
type sidecars struct{ running []*sidecar }

type sidecar struct {
	stop context.CancelFunc
	done sync.WaitGroup
}

// start returns when the sidecar has started, in the sense of its start-up probe, or false when the pod is to stop.
func (s *sidecars) start(power, work context.Context, c *podContainer) bool {
	ctx, stop := context.WithCancel(power)
	s.running = append(s.running, &sidecar{stop: stop})
	s.running[len(s.running)-1].done.Go(func() { c.run(ctx) })
	select {
	case <-c.startedUp:
		return true
	case <-work.Done():
		return false
	}
}

func (s *sidecars) stop() {
	for i := len(s.running) - 1; i >= 0; i-- {
		s.running[i].stop()
		s.running[i].done.Wait()
	}
}
