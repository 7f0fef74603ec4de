package fault

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// Priorities of routing rules; lower ones come first. The kernel's rule for local addresses is moved from 0 down to
// localPriority, as nothing can come before 0.
const (
	arrivalPriority = 100 // what comes back from a detour is delivered
	detourPriority  = 200 // what is of its addresses goes there
	localPriority   = 1000
)

// firstTable is the number that routing tables of detours count from, by the number of their interface.
const firstTable = 1000

// detour is an interface that packets of some addresses take, to be read from and written to its device.
type detour struct {
	device *os.File
	link   netlink.Link
	rules  []*netlink.Rule
}

// numbers tells the interfaces of this process apart.
var numbers struct {
	sync.Mutex
	last int
}

// newDetour makes the interface and the rules.
func newDetour(addresses netip.Prefix) (*detour, error) {
	numbers.Lock()
	defer numbers.Unlock()
	if numbers.last == 0 {
		if err := moveLocalRule(); err != nil {
			return nil, fmt.Errorf("moving the rule for local addresses: %w", err)
		}
	}
	numbers.last++
	d := &detour{}
	// Another process of the sandbox may have detours too.
	if err := d.makeInterface(fmt.Sprintf("detour%d-%d", os.Getpid(), numbers.last)); err != nil {
		return nil, err
	}
	if err := d.openWay(addresses); err != nil {
		return nil, errors.Join(err, d.remove(), d.device.Close())
	}
	return d, nil
}

// openWay brings the interface up and sends packets there.
func (d *detour) openWay(addresses netip.Prefix) error {
	// What arrives has a source that is local, which is refused otherwise.
	setting := "/proc/sys/net/ipv4/conf/" + d.link.Attrs().Name + "/"
	for name, value := range map[string]string{"accept_local": "1", "rp_filter": "0"} {
		if err := os.WriteFile(setting+name, []byte(value), 0); err != nil {
			return err
		}
	}
	if err := netlink.LinkSetUp(d.link); err != nil {
		return fmt.Errorf("bringing up the interface: %w", err)
	}
	return d.makeRules(addresses, firstTable+d.link.Attrs().Index)
}

// moveLocalRule makes room for rules before it.
func moveLocalRule() error {
	moved := netlink.NewRule()
	moved.Family, moved.Table, moved.Priority = netlink.FAMILY_V4, unix.RT_TABLE_LOCAL, localPriority
	if err := netlink.RuleAdd(moved); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	first := netlink.NewRule()
	first.Family, first.Table, first.Priority = netlink.FAMILY_V4, unix.RT_TABLE_LOCAL, 0
	if err := netlink.RuleDel(first); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// makeInterface makes one that this process is the other end of. The kernel removes it when the device is closed.
func (d *detour) makeInterface(name string) error {
	link := &netlink.Tuntap{
		LinkAttrs: netlink.LinkAttrs{Name: name}, Mode: netlink.TUNTAP_MODE_TUN,
		Flags: netlink.TUNTAP_NO_PI, NonPersist: true, Queues: 1,
	}
	if err := netlink.LinkAdd(link); err != nil {
		return fmt.Errorf("making an interface: %w; it needs a kernel with TUN, and a /dev/net/tun that this user may open", err)
	}
	fd := int(link.Fds[0].Fd())
	// Reads are to end when the device is closed, which takes the poller, and that a file of its own.
	if err := unix.SetNonblock(fd, true); err != nil {
		return errors.Join(err, link.Fds[0].Close())
	}
	copied, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err := errors.Join(err, link.Fds[0].Close()); err != nil {
		return err
	}
	d.device, d.link = os.NewFile(uintptr(copied), name), link
	return nil
}

// makeRules sends packets from and to the addresses to the interface, and delivers those that come out of it.
func (d *detour) makeRules(addresses netip.Prefix, table int) error {
	route := &netlink.Route{
		LinkIndex: d.link.Attrs().Index, Table: table, Dst: sandbox.IPNet(netip.MustParsePrefix("0.0.0.0/0")),
		Src: sandbox.ControlPlane.AsSlice(), Scope: netlink.SCOPE_LINK,
	}
	if err := netlink.RouteAdd(route); err != nil {
		return fmt.Errorf("adding a route: %w", err)
	}
	arrival, to, from := netlink.NewRule(), netlink.NewRule(), netlink.NewRule()
	arrival.Priority, arrival.Table, arrival.IifName = arrivalPriority, unix.RT_TABLE_LOCAL, d.link.Attrs().Name
	to.Priority, to.Table, to.Dst = detourPriority, table, sandbox.IPNet(addresses)
	from.Priority, from.Table, from.Src = detourPriority, table, sandbox.IPNet(addresses)
	for _, r := range []*netlink.Rule{arrival, to, from} {
		r.Family = netlink.FAMILY_V4
		if err := netlink.RuleAdd(r); err != nil {
			return fmt.Errorf("adding a routing rule: %w", err)
		}
		d.rules = append(d.rules, r)
	}
	return nil
}

// remove lets packets take their usual way again. The interface goes when the device is closed.
func (d *detour) remove() error {
	var errs []error
	for _, r := range d.rules {
		if err := netlink.RuleDel(r); err != nil {
			errs = append(errs, fmt.Errorf("removing a routing rule: %w", err))
		}
	}
	return errors.Join(errs...)
}
