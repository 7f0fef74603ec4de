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

// setUpNetwork brings up the loopback interface and makes the networks local to it.
func setUpNetwork() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("looking up the loopback interface: %w", err)
	}
	if err := netlink.LinkSetUp(lo); err != nil {
		return fmt.Errorf("bringing up the loopback interface: %w", err)
	}
	for _, n := range []netip.Prefix{Hosts, Pods, Services} {
		route := &netlink.Route{
			LinkIndex: lo.Attrs().Index,
			Dst:       &net.IPNet{IP: n.Addr().AsSlice(), Mask: net.CIDRMask(n.Bits(), n.Addr().BitLen())},
			Type:      unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL, Scope: netlink.SCOPE_HOST,
		}
		if err := netlink.RouteAdd(route); err != nil {
			return fmt.Errorf("adding a local route for %s: %w", n, err)
		}
	}
	return nil
}
