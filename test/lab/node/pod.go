package node

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A pod is one that is bound to the node, from when the node sees it until its object is gone.
//
// Its main goroutine (run) takes it through its life, one of each container runs that, and one reports the
// status whenever it has changed.
type pod struct {
	node    *Node
	dir     string
	volumes volumes
	visible map[string]string // NVIDIA_VISIBLE_DEVICES=… by container

	inits, mains []*podContainer

	stopWork context.CancelFunc // ends setting up, init containers and main containers
	deleted  chan struct{}      // closed when the API server has asked for the pod's end
	changed  chan struct{}      // holds one mark when the status is to be reported
	settled  chan struct{}      // closed when no container runs any more and that is reported
	done     chan struct{}      // closed when nothing of the pod is left on the node

	object *corev1.Pod // as it was first seen: what the pod is and asks for does not change

	sending sync.Mutex // held while a status is sent, so that an older one never comes last

	mu       sync.Mutex
	latest   *corev1.Pod // with the labels, annotations and conditions of now
	address  netip.Addr
	ready    bool // for containers: volumes and address are there
	since    metav1.Time
	phase    corev1.PodPhase // set when the node, not the containers, decided it
	reason   string
	message  string
	grace    time.Duration // for stopping
	stopping context.Context
	kill     context.CancelFunc // ends the grace at once
	released bool               // what the pod used is free again: its phase may be final
	gone     bool               // the object is no longer there: nothing is to be reported
	times    map[corev1.PodConditionType]condition
}

func newPod(n *Node, object *corev1.Pod) *pod {
	dir := filepath.Join(n.spec.Dir, "pods", string(object.UID))
	p := &pod{
		node: n, object: object, latest: object, dir: dir,
		volumes: volumes{dir: filepath.Join(dir, "volumes"), tokens: tokens{}},
		deleted: make(chan struct{}), changed: make(chan struct{}, 1), settled: make(chan struct{}), done: make(chan struct{}),
		times: map[corev1.PodConditionType]condition{},
		grace: 30 * time.Second,
	}
	if s := object.Spec.TerminationGracePeriodSeconds; s != nil {
		p.grace = time.Duration(*s) * time.Second
	}
	for i := range object.Spec.InitContainers {
		p.inits = append(p.inits, newPodContainer(p, &object.Spec.InitContainers[i], true))
	}
	for i := range object.Spec.Containers {
		p.mains = append(p.mains, newPodContainer(p, &object.Spec.Containers[i], false))
	}
	return p
}

// start begins the pod's life, which ends with the node's power.
func (p *pod) start(power context.Context) {
	work, stop := context.WithCancel(power)
	p.stopWork = stop
	// The grace begins when the pod is told to stop; power ends it, too.
	p.stopping, p.kill = context.WithCancel(power)
	p.node.life.Go(func() {
		defer close(p.done)
		p.run(power, work)
		p.kill()
		stop()
	})
}

// run is the pod's life.
func (p *pod) run(power, work context.Context) {
	reports, stopReports := context.WithCancel(power)
	var reporter sync.WaitGroup
	reporter.Go(func() { p.report(reports) })
	if p.admit() {
		p.work(power, work)
	}
	p.release()
	if err := p.send(power); err != nil {
		p.mark() // the reporter tries again
	}
	close(p.settled)
	select {
	case <-p.deleted:
	case <-power.Done():
	}
	stopReports()
	reporter.Wait()
	p.leave(power)
}

// admit takes what the node has to give. A pod that gets none fails.
func (p *pod) admit() bool {
	visible, err := p.node.devices.admit(p.object)
	if err != nil {
		p.fail("UnexpectedAdmissionError", "Allocate failed due to "+err.Error()+", which is unexpected")
		return false
	}
	address, err := p.node.addresses.take()
	if err != nil {
		p.fail("UnexpectedAdmissionError", err.Error())
		return false
	}
	p.visible = visible
	p.mu.Lock()
	defer p.mu.Unlock()
	p.address, p.since = address, metav1.Now()
	return true
}

// work runs the containers to their end.
func (p *pod) work(power, work context.Context) {
	defer p.limit(work)()
	var sidecars sidecars
	if p.setUp(work) && p.initialise(power, work, &sidecars) {
		refresh, stop := context.WithCancel(work)
		var refresher sync.WaitGroup
		refresher.Go(func() { p.refresh(refresh) })
		p.runMains(work)
		stop()
		refresher.Wait()
	}
	p.expire(p.stopGrace())
	sidecars.stop()
}

// limit ends the pod at its deadline. The function that it returns ends the limit.
func (p *pod) limit(work context.Context) func() {
	seconds := p.object.Spec.ActiveDeadlineSeconds
	if seconds == nil {
		return func() {}
	}
	timer := time.AfterFunc(time.Duration(*seconds)*time.Second, func() {
		if work.Err() == nil {
			p.stop("DeadlineExceeded", "Pod was active on the node longer than the specified deadline", p.stopGrace())
		}
	})
	return func() { timer.Stop() }
}

// setUp makes the volumes, again and again until it succeeds.
func (p *pod) setUp(work context.Context) bool {
	wait := p.node.backoff()
	for {
		err := p.volumes.setUp(work, p.environment())
		if err == nil {
			break
		}
		if work.Err() != nil {
			return false
		}
		p.warn("FailedMount", err.Error())
		// The kubelet tries mounts sooner than crashed containers: from half a second on.
		if !pause(work, wait.next(500*time.Millisecond)) {
			return false
		}
	}
	p.mu.Lock()
	p.ready = true
	p.mu.Unlock()
	p.mark()
	return true
}

// refresh keeps volumes of data up to date.
func (p *pod) refresh(ctx context.Context) {
	for pause(ctx, p.node.spec.Timing.VolumePeriod) {
		if err := p.volumes.setUp(ctx, p.environment()); err != nil && ctx.Err() == nil {
			p.warn("FailedMount", err.Error())
		}
	}
}

// initialise runs the init containers one after the other. One that restarts always is a sidecar: it goes on, and
// the next waits only until it has started.
func (p *pod) initialise(power, work context.Context, s *sidecars) bool {
	for _, c := range p.inits {
		if c.sidecar() {
			if !s.start(power, work, c) {
				return false
			}
			continue
		}
		if !c.run(work) {
			return false
		}
	}
	return true
}

// runMains runs the containers until each is at its end, starting them in order.
func (p *pod) runMains(work context.Context) {
	var running sync.WaitGroup
	for _, c := range p.mains {
		running.Go(func() { c.run(work) })
		select {
		case <-c.attempted:
		case <-work.Done():
		}
	}
	running.Wait()
}

// release gives back what the node lent. Until then no final phase is reported: the scheduler would take it for
// free, and bind another pod that would then be refused.
func (p *pod) release() {
	p.node.devices.give(string(p.object.UID))
	if p.address.IsValid() {
		p.node.addresses.give(p.address)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.released = true
}

// leave reports the end, and lets the API server remove the object.
func (p *pod) leave(power context.Context) {
	if power.Err() == nil && !p.isGone() {
		if err := p.confirm(power); err != nil && power.Err() == nil {
			p.node.log.Error("confirming the end of a pod", "pod", p.name(), "error", err)
		}
	}
	if err := os.RemoveAll(p.dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		p.node.log.Error("removing the files of a pod", "pod", p.name(), "error", err)
	}
}

// environment is what variables and files may refer to.
func (p *pod) environment() environment {
	p.mu.Lock()
	defer p.mu.Unlock()
	object := p.latest.DeepCopy()
	object.Status.PodIP, object.Status.HostIP = p.address.String(), p.node.addresses.host().String()
	return environment{client: p.node.client, pod: object, allocatable: p.node.spec.Capacity}
}

func (p *pod) name() string { return p.object.Namespace + "/" + p.object.Name }

// mark asks for a report of the status.
func (p *pod) mark() {
	select {
	case p.changed <- struct{}{}:
	default: // asked for already
	}
}

func (p *pod) warn(reason, message string) {
	p.node.events.Event(p.object, corev1.EventTypeWarning, reason, message)
}

func (p *pod) tell(reason, message string) {
	p.node.events.Event(p.object, corev1.EventTypeNormal, reason, message)
}
