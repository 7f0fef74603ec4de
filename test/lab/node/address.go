package node

import (
	"fmt"
	"net/netip"
	"sync"
)

// addresses hands out those of a network in turn, so that one is not used again soon.
type addresses struct {
	network netip.Prefix

	mu   sync.Mutex
	last netip.Addr
	used map[netip.Addr]bool
}

// newAddresses keeps the network's first address for the node.
func newAddresses(network netip.Prefix) *addresses {
	host := network.Addr().Next()
	return &addresses{network: network, last: host, used: map[netip.Addr]bool{host: true}}
}

// host is the node's own address.
func (a *addresses) host() netip.Addr { return a.network.Addr().Next() }

func (a *addresses) take() (netip.Addr, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for range 1 << (32 - a.network.Bits()) {
		next := a.last.Next()
		if !a.network.Contains(next) || !a.network.Contains(next.Next()) { // the last is for broadcasts
			next = a.host()
		}
		a.last = next
		if !a.used[next] {
			a.used[next] = true
			return next, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("no address left in %v", a.network)
}

func (a *addresses) give(address netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.used, address)
}
