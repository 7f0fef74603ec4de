package node

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"

	"fulcrum.dev/fulcrum/test/lab/node/internal/container"
)

// container says what to run: the command of the container or its image, with all references resolved.
func (c *podContainer) container(ctx context.Context, image Image) (*container.Spec, error) {
	e := c.pod.environment()
	v, err := c.variables(ctx, e, image)
	if err != nil {
		return nil, err
	}
	mounts, err := c.pod.volumes.mounts(e.pod, c.spec, v.values)
	if err != nil {
		return nil, err
	}
	argv := image.argv(expandAll(c.spec.Command, v.values), expandAll(c.spec.Args, v.values))
	if len(argv) == 0 {
		return nil, fmt.Errorf("no command specified: give the container a command, or use an image that has an entrypoint")
	}
	spec := &container.Spec{
		Dir:  filepath.Join(c.pod.dir, "containers", c.spec.Name),
		Argv: argv, Env: v.list(), WorkingDir: c.spec.WorkingDir, Hostname: e.pod.Name, Mounts: mounts,
	}
	if spec.WorkingDir == "" {
		spec.WorkingDir = image.WorkingDir
	}
	if e.pod.Spec.Hostname != "" {
		spec.Hostname = e.pod.Spec.Hostname
	}
	return spec, nil
}

// variables are resolved for each start. A start while the API server does not answer has those of the start before.
func (c *podContainer) variables(ctx context.Context, e environment, image Image) (*variables, error) {
	v, err := c.resolve(ctx, e, image)
	if _, unreachable := errors.AsType[*url.Error](err); unreachable && c.resolved != nil {
		return c.resolved, nil
	}
	if err == nil {
		c.resolved = v
	}
	return v, err
}

// resolve gives, the later ones before the earlier ones: the machine's path, the image's, the pod's address and
// GPUs, services, and the container's own.
func (c *podContainer) resolve(ctx context.Context, e environment, image Image) (*variables, error) {
	v := &variables{}
	v.set("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
	v.set("HOME", "/")
	v.setAll(image.Env)
	v.set("HOSTNAME", e.pod.Name)
	v.set("POD_IP", e.pod.Status.PodIP)
	if gpus, ok := c.pod.visible[c.spec.Name]; ok {
		v.setAll([]string{gpus})
	}
	if err := e.addServices(ctx, v); err != nil {
		return nil, err
	}
	return v, e.add(ctx, c.spec, v)
}

// hook runs what a container's life cycle asks for after its start or before its stop.
func (c *podContainer) hook(ctx context.Context, process *container.Container, handler *corev1.LifecycleHandler) error {
	switch {
	case handler.Sleep != nil:
		pause(ctx, secondsOf(handler.Sleep.Seconds))
		return nil
	case handler.Exec != nil || handler.HTTPGet != nil || handler.TCPSocket != nil:
		return c.checker(process).Check(ctx, corev1.ProbeHandler{
			Exec: handler.Exec, HTTPGet: handler.HTTPGet, TCPSocket: handler.TCPSocket,
		})
	}
	return nil
}
