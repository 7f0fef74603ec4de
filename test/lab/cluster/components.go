package cluster

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// Names of the components.
const (
	Etcd              = "etcd"
	APIServer         = "kube-apiserver"
	Scheduler         = "kube-scheduler"
	ControllerManager = "kube-controller-manager"
)

// stages are what is started together, after those before it are ready.
var stages = [][]string{{Etcd}, {APIServer}, {Scheduler, ControllerManager}}

// apiAddress is where the API server listens: the first machine of the network. A loopback address would not do, as
// the API server publishes it as the endpoint of the Service "kubernetes", where loopback addresses are invalid.
var apiAddress = sandbox.ControlPlane

// serviceAddress is what that Service gets: the first of its network.
var serviceAddress = sandbox.Services.Addr().Next()

// memoryLimits make the garbage collector of each component work harder before it takes more than that; bytes.
// A small cluster needs half of it.
var memoryLimits = map[string]int64{Etcd: 128 << 20, APIServer: 512 << 20, Scheduler: 128 << 20, ControllerManager: 192 << 20}

// etcdQuota is the most that etcd stores, in bytes, before it refuses writes; it lies in memory.
const etcdQuota = 256 << 20

// flags are all of a component.
func (c *Cluster) flags(name string) []string {
	var flags []string
	switch name {
	case Etcd:
		flags = c.etcdFlags()
	case APIServer:
		flags = c.apiServerFlags()
	case Scheduler:
		flags = c.clientFlags(name, c.ports.scheduler)
	case ControllerManager:
		flags = append(c.clientFlags(name, c.ports.controllerManager), c.controllerFlags()...)
	}
	return slices.Concat(flags, c.options.Flags[name])
}

func (c *Cluster) etcdFlags() []string {
	client, peer := local("http", c.ports.etcd), local("http", c.ports.etcdPeer)
	return []string{
		"--name=etcd", "--data-dir=" + c.file("etcd"),
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=etcd=" + peer,
		"--unsafe-no-fsync", // nothing has to survive a crash of the machine
		"--quota-backend-bytes=" + strconv.Itoa(etcdQuota),
		"--snapshot-count=5000", // entries of the log that are held in memory
		"--log-level=warn",
	}
}

func (c *Cluster) apiServerFlags() []string {
	return []string{
		"--etcd-servers=" + local("http", c.ports.etcd),
		"--bind-address=0.0.0.0", // of the sandbox alone: apiAddress, loopback, and the Service's address
		"--advertise-address=" + c.Address.Addr().String(),
		"--secure-port=" + strconv.Itoa(int(c.Address.Port())),
		"--service-cluster-ip-range=" + sandbox.Services.String(),
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--allow-privileged=true",
		"--tls-cert-file=" + c.file("server.crt"), "--tls-private-key-file=" + c.file("server.key"),
		"--client-ca-file=" + c.file("ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + c.file("service-account.key"),
		"--service-account-signing-key-file=" + c.file("service-account.key"),
		// Aggregated APIs: how the API server shows itself to them, and how they know it.
		"--proxy-client-cert-file=" + c.file("front-proxy.crt"), "--proxy-client-key-file=" + c.file("front-proxy.key"),
		"--requestheader-client-ca-file=" + c.file("ca.crt"),
		"--requestheader-allowed-names=" + frontProxy,
		"--requestheader-username-headers=X-Remote-User",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		// There is no kube-proxy on the machine of the API server, so it goes to an aggregated API's endpoints itself.
		"--enable-aggregator-routing=true",
		"--profiling=false",
	}
}

// clientFlags are those of a component that is a client of the API server.
func (c *Cluster) clientFlags(name string, port uint16) []string {
	kubeconfig := c.file(name + ".kubeconfig")
	return []string{
		"--kubeconfig=" + kubeconfig, "--authentication-kubeconfig=" + kubeconfig, "--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1", "--secure-port=" + strconv.Itoa(int(port)),
		"--tls-cert-file=" + c.file("server.crt"), "--tls-private-key-file=" + c.file("server.key"),
		"--leader-elect=false", // there is one of it, and an election takes seconds
		"--profiling=false",
	}
}

func (c *Cluster) controllerFlags() []string {
	flags := []string{
		"--controllers=*",
		"--use-service-account-credentials=true",
		"--kube-api-qps=200", "--kube-api-burst=400", // by default 20 and 30, at which all controllers take 5 s to start
		"--service-account-private-key-file=" + c.file("service-account.key"),
		"--root-ca-file=" + c.file("ca.crt"),
		"--cluster-signing-cert-file=" + c.file("ca.crt"), "--cluster-signing-key-file=" + c.file("ca.key"),
		"--allocate-node-cidrs=true", "--cluster-cidr=" + sandbox.Pods.String(),
		"--service-cluster-ip-range=" + sandbox.Services.String(),
	}
	for _, f := range []struct {
		name  string
		value time.Duration
	}{
		{"horizontal-pod-autoscaler-sync-period", c.options.HPA.SyncPeriod},
		{"horizontal-pod-autoscaler-downscale-stabilization", c.options.HPA.DownscaleStabilization},
		{"horizontal-pod-autoscaler-initial-readiness-delay", c.options.HPA.InitialReadinessDelay},
		{"horizontal-pod-autoscaler-cpu-initialization-period", c.options.HPA.CPUInitialization},
		{"node-monitor-grace-period", c.options.NodeMonitorGrace},
	} {
		if f.value != 0 {
			flags = append(flags, fmt.Sprintf("--%s=%s", f.name, f.value))
		}
	}
	if grace := c.options.NodeMonitorGrace; grace != 0 && grace < 20*time.Second {
		flags = append(flags, "--node-monitor-period="+(grace/4).String()) // 5 s by default, too coarse for it
	}
	return flags
}

// readiness is the URL that answers when a component is ready.
func (c *Cluster) readiness(name string) string {
	switch name {
	case Etcd:
		return local("http", c.ports.etcd) + "/readyz"
	case APIServer:
		return "https://" + c.Address.String() + "/readyz"
	case Scheduler:
		return local("https", c.ports.scheduler) + "/readyz"
	default:
		return local("https", c.ports.controllerManager) + "/healthz"
	}
}

// startComponent starts one that does not run.
func (c *Cluster) startComponent(name string) error {
	p := &component{
		name: name, binary: c.binary, flags: c.flags(name), log: c.file(name + ".log"),
		memoryLimit: memoryLimits[name], readiness: c.readiness(name), client: c.authority.client(),
		died: c.died,
	}
	if err := p.start(); err != nil {
		return err
	}
	c.components[name] = p
	return nil
}

// StopComponent ends a component by its name, at once as a crash does: asked to end, an API server would first wait for
// its clients. They see refused connections until StartComponent.
func (c *Cluster) StopComponent(name string) error {
	p := c.components[name]
	if p == nil {
		return fmt.Errorf("there is no component %q", name)
	}
	return p.kill()
}

// StartComponent starts a stopped component again, on the same port and with the same data, and returns when it is ready.
func (c *Cluster) StartComponent(ctx context.Context, name string) error {
	if p := c.components[name]; p == nil || p.running() {
		return fmt.Errorf("there is no stopped component %q", name)
	}
	if err := c.startComponent(name); err != nil {
		return err
	}
	return c.components[name].awaitReady(ctx)
}

// Process returns the process of a component, for faults.
func (c *Cluster) Process(name string) (pid int, err error) {
	p := c.components[name]
	if p == nil || !p.running() {
		return 0, fmt.Errorf("there is no running component %q", name)
	}
	return p.cmd.Process.Pid, nil
}

func local(scheme string, port uint16) string {
	return scheme + "://" + netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port).String()
}
