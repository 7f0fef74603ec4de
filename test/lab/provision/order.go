package provision

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"fulcrum.dev/fulcrum/internal/random"
	"fulcrum.dev/fulcrum/test/lab/node"
)

// choose returns the first pool whose node the pod can run on and whose quota allows one, beside those that are about
// to be ordered. The error says why of each pool.
func (p *Provisioner) choose(pod *corev1.Pod, orders []*Pool) (*Pool, error) {
	count := map[string]int{}
	for _, m := range p.list() {
		count[m.pool.Name]++
	}
	for _, pool := range orders {
		count[pool.Name]++
	}
	var reasons []error
	for i := range p.options.Pools {
		pool := &p.options.Pools[i]
		err := newBin(pool.template()).fits(pod)
		if err != nil {
			reasons = append(reasons, fmt.Errorf("incompatible with pool %s: %w", pool.Name, err))
			continue
		}
		if err := pool.room(count[pool.Name]); err != nil {
			reasons = append(reasons, err)
			continue
		}
		return pool, nil
	}
	return nil, errors.Join(reasons...)
}

// order makes a node, which joins after its pool's delay.
func (p *Provisioner) order(pool *Pool) {
	p.mu.Lock()
	number := p.number
	p.number++
	delay := time.Duration(0)
	if pool.Delay != nil {
		delay = time.Duration(pool.Delay.Sample(p.delays) * float64(time.Second))
	}
	m := &machine{name: fmt.Sprintf("%s-%d", pool.Name, number), pool: pool}
	p.machines[m.name] = m
	p.mu.Unlock()
	p.options.Log.Info("node ordered", "node", m.name, "pool", pool.Name, "delay", delay)
	p.life.Go(func() {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-p.running.Done():
			return
		case <-timer.C:
		}
		if err := p.join(m, number); err != nil && p.running.Err() == nil {
			p.options.Log.Error("a node did not join; it is given up", "node", m.name, "error", err)
			p.forget(m)
		}
	})
}

// join starts the node.
func (p *Provisioner) join(m *machine, number int) error {
	spec := m.pool.Node
	spec.Name, spec.Labels = m.name, m.pool.template().Labels
	spec.Dir = filepath.Join(p.options.Dir, m.name)
	spec.Seed = random.Derive(p.options.Seed, uint64(number))
	spec.PodCIDR = subnet(p.options.Networks, number)
	config, err := p.options.Identity(m.name)
	if err != nil {
		return err
	}
	n, err := node.Start(p.running, config, spec)
	if err != nil {
		return err
	}
	p.mu.Lock()
	m.node = n
	p.mu.Unlock()
	p.mark()
	return nil
}

// subnet returns the n-th /24 of a network, beginning anew after the last.
func subnet(network netip.Prefix, n int) netip.Prefix {
	address := network.Masked().Addr().As4()
	n %= 1 << (24 - network.Bits())
	address[1] += byte(n >> 8)
	address[2] += byte(n)
	return netip.PrefixFrom(netip.AddrFrom4(address), 24)
}

func (p *Provisioner) forget(m *machine) {
	p.mu.Lock()
	delete(p.machines, m.name)
	p.mu.Unlock()
	p.mark()
}

// remove takes a machine away that is off, with its object.
func (p *Provisioner) remove(ctx context.Context, m *machine) {
	err := p.client.CoreV1().Nodes().Delete(ctx, m.name, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) && ctx.Err() == nil {
		p.options.Log.Error("removing a node", "node", m.name, "error", err)
	}
	p.forget(m)
}
