package sandbox

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The networks of a cluster. Every address in them is one of the sandbox's own: it can be bound without further ado,
// as the addresses of 127.0.0.0/8 can, and unlike those Kubernetes accepts it as that of a pod or a node.
var (
	// Hosts has the control plane on its first address, then machines.
	Hosts = netip.MustParsePrefix("10.240.0.0/16")
	// Pods has a part of it, a /24, for each node.
	Pods = netip.MustParsePrefix("10.244.0.0/16")
	// Services is where cluster IPs come from.
	Services = netip.MustParsePrefix("10.96.0.0/16")
)

// ControlPlane is the first machine. Whoever connects to an address of the networks without saying from where does so
// from this one. (By default the kernel would take the destination's address, so that nothing could be told apart.)
var ControlPlane = Hosts.Addr().Next()

// setUpNetwork brings up the loopback interface and makes the networks local to it.
func setUpNetwork() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("looking up the loopback interface: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("bringing up the loopback interface: %w", err)
	}
	if err := netlink.AddrAdd(lo, &netlink.Addr{IPNet: IPNet(netip.PrefixFrom(ControlPlane, 32))}); err != nil {
		return fmt.Errorf("adding address %s: %w", ControlPlane, err)
	}
	for _, n := range []netip.Prefix{Hosts, Pods, Services} {
		route := &netlink.Route{
			LinkIndex: lo.Attrs().Index,
			Dst:       IPNet(n), Src: ControlPlane.AsSlice(),
			Type: unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL, Scope: netlink.SCOPE_HOST,
		}
		if err := netlink.RouteAdd(route); err != nil {
			return fmt.Errorf("adding a local route for %s: %w", n, err)
		}
	}
	return nil
}

// IPNet is a prefix as netlink has it.
func IPNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
