package node

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fulcrum.dev/fulcrum/test/lab/node/internal/container"
)

// A podContainer is a container of a pod through all of its restarts.
type podContainer struct {
	pod  *pod
	spec *corev1.Container
	init bool
	wait *backoff

	attempted  chan struct{} // closed when its first start was tried
	startedUp  chan struct{} // closed when it has first started, in the sense of its start-up probe
	onceTried  sync.Once
	onceStarts sync.Once
	resolved   *variables // of the last start; the running goroutine's

	// Under the pod's lock.
	status   corev1.ContainerStatus
	process  *container.Container // running
	log, old *container.Log       // of the current or last run, and the one before
}

func newPodContainer(p *pod, spec *corev1.Container, init bool) *podContainer {
	c := &podContainer{
		pod: p, spec: spec, init: init, wait: p.node.backoff(),
		attempted: make(chan struct{}), startedUp: make(chan struct{}),
	}
	reason := "ContainerCreating"
	if !init && len(p.object.Spec.InitContainers) > 0 || init && spec.Name != p.object.Spec.InitContainers[0].Name {
		reason = "PodInitializing"
	}
	no := false
	c.status = corev1.ContainerStatus{Name: spec.Name, Image: spec.Image, Started: &no, State: waiting(reason, "")}
	// After the loss of its node a container goes on counting.
	for _, last := range append(p.object.Status.InitContainerStatuses, p.object.Status.ContainerStatuses...) {
		if last.Name == spec.Name && last.ContainerID != "" {
			c.status.RestartCount = last.RestartCount + 1
		}
	}
	return c
}

// sidecar says that an init container restarts always, which makes it one.
func (c *podContainer) sidecar() bool {
	return c.init && c.spec.RestartPolicy != nil && *c.spec.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// restarts says whether the container is started again after this exit code.
func (c *podContainer) restarts(code int32) bool {
	policy := c.pod.object.Spec.RestartPolicy
	switch {
	case c.sidecar():
		return true
	case policy == corev1.RestartPolicyNever:
		return false
	case c.init || policy == corev1.RestartPolicyOnFailure:
		return code != 0
	}
	return true
}

// run runs the container, as often as its policy says, until it ends for good or the context does. It says
// whether it ended well by itself.
func (c *podContainer) run(ctx context.Context) bool {
	defer c.tried()
	for {
		exit, err := c.runOnce(ctx)
		if ctx.Err() != nil {
			return false
		}
		if err != nil { // nothing ran; the status says why
			c.tried()
			if !pause(ctx, c.wait.next(time.Second)) {
				return false
			}
			continue
		}
		if !c.restarts(exit.ExitCode) {
			return exit.ExitCode == 0
		}
		if !c.restart(ctx, exit) {
			return false
		}
	}
}

func (c *podContainer) tried() { c.onceTried.Do(func() { close(c.attempted) }) }

// restart waits as long as the back-off says.
func (c *podContainer) restart(ctx context.Context, exit *corev1.ContainerStateTerminated) bool {
	wait := c.wait.restart(exit.FinishedAt.Sub(exit.StartedAt.Time))
	if wait > 0 {
		message := fmt.Sprintf("back-off %v restarting failed container=%s pod=%s_%s(%s)",
			wait, c.spec.Name, c.pod.object.Name, c.pod.object.Namespace, c.pod.object.UID)
		c.pod.warn("BackOff", "Back-off restarting failed container "+c.spec.Name+" in pod "+c.pod.name())
		c.update(func(s *corev1.ContainerStatus) {
			s.LastTerminationState, s.State = s.State, waiting("CrashLoopBackOff", message)
		})
	}
	if !pause(ctx, wait) {
		c.update(func(s *corev1.ContainerStatus) { // it never came back: its last end is its state
			if s.State.Terminated == nil {
				s.State, s.LastTerminationState = s.LastTerminationState, corev1.ContainerState{}
			}
		})
		return false
	}
	c.update(func(s *corev1.ContainerStatus) { s.RestartCount++ })
	return true
}

// runOnce pulls the image, and runs the container to its end. An error means that it could not be run.
func (c *podContainer) runOnce(ctx context.Context) (*corev1.ContainerStateTerminated, error) {
	image, err := c.pull(ctx)
	if err != nil {
		return nil, err
	}
	spec, err := c.container(ctx, image)
	if err != nil {
		return nil, c.refuse(ctx, "CreateContainerConfigError", err)
	}
	load, err := c.pod.node.dice.load(c.pod.object)
	if err != nil {
		return nil, c.refuse(ctx, "CreateContainerConfigError", err)
	}
	if err := c.openLog(spec); err != nil {
		return nil, c.refuse(ctx, "CreateContainerError", err)
	}
	defer c.closeLog()
	if !pause(ctx, c.pod.node.dice.start()) {
		return nil, ctx.Err()
	}
	return c.live(ctx, spec, load)
}

// live is one run of the container. While weights load, it runs without a process.
func (c *podContainer) live(ctx context.Context, spec *container.Spec, load time.Duration) (*corev1.ContainerStateTerminated, error) {
	begin := time.Now()
	if load > 0 {
		c.running(nil, begin)
		c.tried()
		if !pause(ctx, load) {
			return c.ended(begin, time.Now(), 137, "Error", ""), nil
		}
	}
	process, err := container.Start(*spec)
	c.tried()
	if err != nil {
		c.pod.warn("Failed", "Error: "+err.Error())
		return c.ended(begin, time.Now(), 128, "StartError", err.Error()), nil
	}
	c.running(process, begin)
	c.attend(ctx, process)
	reason := "Completed"
	if process.ExitCode() != 0 {
		reason = "Error"
	}
	return c.ended(begin, process.Finished(), int32(process.ExitCode()), reason, ""), nil
}

// pull gets the image, and says in the status what hinders it.
func (c *podContainer) pull(ctx context.Context) (Image, error) {
	store := c.pod.node.images
	if !store.has(c.spec.Image) {
		c.pod.tell("Pulling", fmt.Sprintf("Pulling image %q", c.spec.Image))
	}
	image, err := store.pull(ctx, c.spec.Image, c.spec.ImagePullPolicy)
	switch {
	case err == nil:
		c.pod.tell("Pulled", fmt.Sprintf("Container image %q present on machine", c.spec.Image))
		return image, nil
	case errors.Is(err, errNeverPull):
		return Image{}, c.refuse(ctx, "ErrImageNeverPull", err)
	case errors.Is(err, errNoImage):
		return Image{}, c.refuse(ctx, "ErrImagePull", err)
	}
	return Image{}, err
}

// refuse says why the container waits, and returns the error. What fails again is a back-off.
func (c *podContainer) refuse(ctx context.Context, reason string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.pod.warn("Failed", "Error: "+err.Error())
	c.update(func(s *corev1.ContainerStatus) {
		if w := s.State.Waiting; reason == "ErrImagePull" && w != nil && (w.Reason == reason || w.Reason == "ImagePullBackOff") {
			reason = "ImagePullBackOff"
		}
		s.State = waiting(reason, err.Error())
	})
	return err
}

// update changes the container's status.
func (c *podContainer) update(change func(*corev1.ContainerStatus)) {
	c.pod.mu.Lock()
	change(&c.status)
	c.pod.mu.Unlock()
	c.pod.mark()
}

func waiting(reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

// running is called with the process, and before it while weights are loaded.
func (c *podContainer) running(process *container.Container, begin time.Time) {
	if process == nil || c.status.State.Running == nil {
		c.pod.tell("Started", "Container started: "+c.spec.Name)
	}
	c.update(func(s *corev1.ContainerStatus) {
		c.process = process
		if s.State.Terminated != nil {
			s.LastTerminationState = s.State
		}
		s.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(begin)}}
		s.ImageID = s.Image
		s.ContainerID = fmt.Sprintf("process://%s-%s-%d", c.pod.object.UID, c.spec.Name, s.RestartCount)
	})
}

// ended records how a run ended.
func (c *podContainer) ended(begin, end time.Time, code int32, reason, message string) *corev1.ContainerStateTerminated {
	var exit *corev1.ContainerStateTerminated
	c.update(func(s *corev1.ContainerStatus) {
		exit = &corev1.ContainerStateTerminated{
			ExitCode: code, Reason: reason, Message: message, ContainerID: s.ContainerID,
			StartedAt: metav1.NewTime(begin), FinishedAt: metav1.NewTime(end),
		}
		no := false
		c.process = nil
		s.Ready, s.Started = false, &no
		s.State = corev1.ContainerState{Terminated: exit}
	})
	return exit
}

// openLog begins a log for the next run, and keeps that of the last one.
func (c *podContainer) openLog(spec *container.Spec) error {
	c.pod.mu.Lock()
	defer c.pod.mu.Unlock()
	log, err := container.CreateLog(filepath.Join(c.pod.dir, "logs", c.spec.Name, fmt.Sprintf("%d.log", c.status.RestartCount)))
	if err != nil {
		return err
	}
	c.log, c.old, spec.Log = log, c.log, log
	return nil
}

// closeLog ends the log of a run; it can still be read.
func (c *podContainer) closeLog() {
	c.pod.mu.Lock()
	defer c.pod.mu.Unlock()
	if err := c.log.Close(); err != nil {
		c.pod.node.log.Error("log of a container", "pod", c.pod.name(), "container", c.spec.Name, "error", err)
	}
}
