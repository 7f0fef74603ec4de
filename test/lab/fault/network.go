package fault

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"fulcrum.dev/fulcrum/test/lab/sandbox"
)

// Condition is that of a network, in each direction. The zero value changes nothing but the way that packets take.
type Condition struct {
	Delay  time.Duration // of each packet
	Jitter time.Duration // at most so much is added to the delay, evenly distributed; packets may overtake each other
	Loss   float64       // share of packets that are lost, from 0 to 1
	Rate   int64         // bytes per second; 0 is no limit
	Seed   uint64        // of the random numbers for jitter and loss
}

func (c Condition) check() error {
	switch {
	case c.Delay < 0 || c.Jitter < 0 || c.Rate < 0:
		return fmt.Errorf("condition of a network: delay %s, jitter %s, rate %d: want none below 0", c.Delay, c.Jitter, c.Rate)
	case !(c.Loss >= 0 && c.Loss <= 1):
		return fmt.Errorf("condition of a network: loss %g: want a share from 0 to 1", c.Loss)
	}
	return nil
}

// Impair gives a condition to all traffic from and to a range of addresses of the sandbox, and to that between its own
// too. Connections that are open see it at once. Two ranges at a time may not overlap.
//
// A process is where the address that it sends from is; if it has bound none, that is sandbox.ControlPlane.
//
// Packets take their way through this process. (The kernel's own means, netem, is a module that small kernels lack;
// this needs /dev/net/tun only.)
func Impair(addresses netip.Prefix, c Condition) (mend func() error, err error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return impair(addresses, newDelayLine(c, nil))
}

// Partition cuts a range of addresses off: packets from and to it are lost, but for those between its own addresses.
// As in a real one, nobody is told: connections hang until they time out, and go on if it is mended before.
func Partition(addresses netip.Prefix) (mend func() error, err error) {
	within := func(from, to netip.Addr) bool { return addresses.Contains(from) && addresses.Contains(to) }
	return impair(addresses, newDelayLine(Condition{Loss: 1}, within))
}

func impair(addresses netip.Prefix, line *delayLine) (mend func() error, err error) {
	if !sandbox.Inside() {
		return nil, errors.New("networks are impaired inside a sandbox only")
	}
	if !addresses.Addr().Is4() {
		return nil, fmt.Errorf("impairing %s: want a range of IPv4 addresses", addresses)
	}
	d, err := newDetour(addresses)
	if err != nil {
		return nil, fmt.Errorf("impairing the network of %s: %w", addresses, err)
	}
	line.start(d.device)
	return func() error {
		err := d.remove()
		return errors.Join(err, line.stop())
	}, nil
}
