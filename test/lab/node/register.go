package node

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// KubeletVersion is what nodes report, for the release of the control plane that they belong to.
const KubeletVersion = "v1.37.2"

// register makes the Node object, or takes over one that is there, and reports it ready.
func (n *Node) register(ctx context.Context) error {
	if err := n.renew(ctx); err != nil {
		return err
	}
	labels := map[string]string{
		corev1.LabelHostname: n.spec.Name, corev1.LabelOSStable: "linux", corev1.LabelArchStable: "amd64",
	}
	maps.Copy(labels, n.spec.Labels)
	object := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: n.spec.Name, Labels: labels, Annotations: n.spec.Annotations},
		Spec: corev1.NodeSpec{
			PodCIDR: n.spec.PodCIDR.String(), PodCIDRs: []string{n.spec.PodCIDR.String()},
			ProviderID: "lab:///" + n.spec.Name, Taints: n.spec.Taints,
		},
	}
	_, err := n.client.CoreV1().Nodes().Create(ctx, object, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	return n.announce(ctx, corev1.ConditionTrue, "KubeletReady", "kubelet is posting ready status")
}

// announce reports the node's status. It is a patch of the status alone, as the object that was read may have old
// taints by now, which a node must not write.
func (n *Node) announce(ctx context.Context, ready corev1.ConditionStatus, reason, message string) error {
	nodes := n.client.CoreV1().Nodes()
	object, err := nodes.Get(ctx, n.spec.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	n.fill(&object.Status)
	now := metav1.Now()
	for _, c := range []corev1.NodeCondition{
		{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasSufficientMemory", Message: "kubelet has sufficient memory available"},
		{Type: corev1.NodeDiskPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasNoDiskPressure", Message: "kubelet has no disk pressure"},
		{Type: corev1.NodePIDPressure, Status: corev1.ConditionFalse, Reason: "KubeletHasSufficientPID", Message: "kubelet has sufficient PID available"},
		{Type: corev1.NodeReady, Status: ready, Reason: reason, Message: message},
	} {
		setCondition(&object.Status, c, now)
	}
	patch, err := json.Marshal(map[string]any{"status": object.Status})
	if err != nil {
		return err
	}
	_, err = nodes.Patch(ctx, n.spec.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
	return err
}

func (n *Node) fill(s *corev1.NodeStatus) {
	s.Capacity, s.Allocatable = n.spec.Capacity, n.spec.Capacity
	// No host name: nothing resolves it, and an API server would try it first.
	s.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: n.addresses.host().String()}}
	s.DaemonEndpoints.KubeletEndpoint.Port = n.server.port()
	s.NodeInfo.KubeletVersion, s.NodeInfo.ContainerRuntimeVersion = KubeletVersion, "process://1"
	s.NodeInfo.OperatingSystem, s.NodeInfo.Architecture = "linux", "amd64"
}

func setCondition(s *corev1.NodeStatus, c corev1.NodeCondition, now metav1.Time) {
	c.LastHeartbeatTime, c.LastTransitionTime = now, now
	for i := range s.Conditions {
		if s.Conditions[i].Type != c.Type {
			continue
		}
		if s.Conditions[i].Status == c.Status {
			c.LastTransitionTime = s.Conditions[i].LastTransitionTime
		}
		s.Conditions[i] = c
		return
	}
	s.Conditions = append(s.Conditions, c)
}

// reportStatus reports the status from time to time, and soon when the control plane does not hold the node for
// ready, as after a partition.
func (n *Node) reportStatus() {
	last := time.Now()
	for pause(n.power, n.spec.Timing.LeasePeriod) {
		if time.Since(last) < n.spec.Timing.StatusPeriod && n.heldReady() {
			continue
		}
		if n.isDraining() {
			return
		}
		if err := n.announce(n.power, corev1.ConditionTrue, "KubeletReady", "kubelet is posting ready status"); err != nil {
			n.complain("reporting the node's status", err)
			continue
		}
		last = time.Now()
	}
}

func (n *Node) heldReady() bool {
	object, err := n.client.CoreV1().Nodes().Get(n.power, n.spec.Name, metav1.GetOptions{})
	if err != nil {
		return true // nobody to report to
	}
	for _, c := range object.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

func (n *Node) isDraining() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.draining
}

// heartbeat renews the node's lease.
func (n *Node) heartbeat() {
	for pause(n.power, n.spec.Timing.LeasePeriod) {
		ctx, cancel := context.WithTimeout(n.power, n.spec.Timing.LeasePeriod)
		if err := n.renew(ctx); err != nil {
			n.complain("renewing the node's lease", err)
		}
		cancel()
	}
}

func (n *Node) renew(ctx context.Context) error {
	leases := n.client.CoordinationV1().Leases(corev1.NamespaceNodeLease)
	now, seconds := metav1.NowMicro(), int32(n.spec.Timing.LeaseLength/time.Second)
	lease, err := leases.Get(ctx, n.spec.Name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		lease = &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: n.spec.Name, Namespace: corev1.NamespaceNodeLease}}
		lease.Spec = coordinationv1.LeaseSpec{HolderIdentity: &n.spec.Name, LeaseDurationSeconds: &seconds, RenewTime: &now}
		_, err = leases.Create(ctx, lease, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	lease.Spec.RenewTime = &now
	_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	return err
}

// complain logs what goes wrong while the node lives.
func (n *Node) complain(what string, err error) {
	if n.power.Err() == nil && !n.link.isCut() {
		n.log.Warn(what, "error", err)
	}
}
