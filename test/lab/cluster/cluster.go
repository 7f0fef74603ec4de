// Package cluster runs a real Kubernetes control plane: etcd, kube-apiserver, kube-scheduler and
// kube-controller-manager, with RBAC, admission, certificates and aggregated APIs as in any cluster, and no node yet.
//
// In goes Options, inside a sandbox. Out comes a Cluster whose API answers, whose controllers run, and in whose default
// namespace pods can be created: a client configuration, a kubeconfig, identities for others (Cluster.Identity), and
// the means to stop and start its components. Everything is kept in one scratch folder and gone after Stop.
//
// Start at Start. components.go has every flag that is given, with the reason where it is not the default.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"

	"fulcrum.dev/fulcrum/test/lab/binary"
	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// Options are of a cluster. The zero value is a cluster whose autoscaler is as slow as a default one.
type Options struct {
	// HPA has the settings of the HorizontalPodAutoscaler that are the same for all of them.
	HPA HPA

	// NodeMonitorGrace is for how long a node may send no heartbeat before it counts as lost, 50 s if zero.
	NodeMonitorGrace time.Duration

	// Flags are added to those of a component, by its name, and override them: Flags[APIServer] = []string{"--v=4"}.
	Flags map[string][]string
}

// HPA are flags of the controller manager; zero means Kubernetes's default, which each comment gives.
type HPA struct {
	SyncPeriod             time.Duration // between two decisions: 15 s
	DownscaleStabilization time.Duration // how far back the highest recommendation counts: 5 min
	InitialReadinessDelay  time.Duration // for which a pod that is not ready yet counts as starting: 30 s
	CPUInitialization      time.Duration // for which CPU use of a starting pod is left out: 5 min
}

// Cluster is a running control plane.
type Cluster struct {
	// Config is a client configuration of a cluster administrator. It does not limit the rate of requests much.
	Config *rest.Config
	// Kubeconfig is the path of a file of the same, for programs inside the sandbox.
	Kubeconfig string
	// Folder has the logs, in NAME.log, and everything else.
	Folder string
	// Address is where the API server listens.
	Address netip.AddrPort

	options    Options
	binary     string
	ports      ports
	authority  *authority
	components map[string]*component
	died       chan error
}

// Died gives the error of a component that ended though nobody stopped it.
func (c *Cluster) Died() <-chan error { return c.died }

// Start returns when the cluster can be used, which takes some seconds, and building it minutes more where the cache
// has no binary. It fails when ctx ends first or a component does, with the end of its log.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	if !sandbox.Inside() {
		return nil, errors.New("a cluster is started inside a sandbox only; call sandbox.Main or sandbox.Enter first")
	}
	path, err := binary.ControlPlane(ctx)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(sandbox.Scratch, "cluster-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the cluster: %w", err)
	}
	c := &Cluster{Folder: folder, options: o, binary: path, components: map[string]*component{}}
	c.died = make(chan error, 1)
	if err := c.start(ctx); err != nil {
		return nil, fmt.Errorf("starting the cluster: %w", errors.Join(err, c.Stop()))
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	var err error
	if c.ports, err = freePorts(); err != nil {
		return err
	}
	c.Address = netip.AddrPortFrom(apiAddress, c.ports.api)
	if c.authority, err = newAuthority(c.Folder); err != nil {
		return err
	}
	if err := c.writeIdentities(); err != nil {
		return err
	}
	for _, stage := range stages {
		for _, name := range stage {
			if err := c.startComponent(name); err != nil {
				return err
			}
		}
		for _, name := range stage {
			if err := c.components[name].awaitReady(ctx); err != nil {
				return err
			}
		}
	}
	return c.awaitUsable(ctx)
}

// writeIdentities makes the certificates and files by which components and administrator are known.
func (c *Cluster) writeIdentities() error {
	if err := c.authority.writeServerFiles(c.Folder); err != nil {
		return err
	}
	for name, user := range map[string]User{
		"admin":           {Name: "kubernetes-admin", Groups: []string{"system:masters"}},
		Scheduler:         {Name: "system:kube-scheduler"},
		ControllerManager: {Name: "system:kube-controller-manager"},
	} {
		config, err := c.Identity(user)
		if err != nil {
			return err
		}
		if err := writeKubeconfig(c.file(name+".kubeconfig"), config); err != nil {
			return err
		}
		if name == "admin" {
			c.Config, c.Kubeconfig = config, c.file(name+".kubeconfig")
		}
	}
	return nil
}

// Stop ends all components, last started first, and removes the folder.
func (c *Cluster) Stop() error {
	var errs []error
	for i := len(stages) - 1; i >= 0; i-- {
		for _, name := range stages[i] {
			if p := c.components[name]; p != nil {
				errs = append(errs, p.stop())
			}
		}
	}
	return errors.Join(append(errs, os.RemoveAll(c.Folder))...)
}

func (c *Cluster) file(name string) string { return filepath.Join(c.Folder, name) }
