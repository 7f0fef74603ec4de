package plan

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fulcrum.dev/fulcrum/api/v1alpha1"
	"fulcrum.dev/fulcrum/internal/arrange"
	"fulcrum.dev/fulcrum/internal/billing"
	"fulcrum.dev/fulcrum/internal/home"
	"fulcrum.dev/fulcrum/internal/modelfile"
)

// hybridOffers is how many offers of each side hybrids are made of, the cheapest.
const hybridOffers = 3

// pairing is a fixed cluster as the base and a serverless home that takes what
// finds no free slot there. The number of base nodes is left open; they are filled with replicas, which cost nothing
// beside their node.
type pairing struct {
	base, overflow *family
	// perNode is the replicas on a node.
	perNode int
	// min and max bound the base nodes; max is fewer than the objectives need of them alone.
	min, max int
	// spill are the settings of the overflow, of which warm replaces the number that is always ready.
	spill v1alpha1.Home
	warm  int
	// busy is how many base nodes the mean traffic keeps busy, leastBusy how many it keeps busy at the least.
	busy, leastBusy float64
	// cluster is the base with the settings that do not depend on the number of nodes.
	cluster *home.Cluster
	// fixed and node are what the cluster costs a month whatever it serves and what a node adds, in USD, onDemand what a node on
	// demand adds to a base on spot; allOver is the least that the overflow costs when it serves everything.
	fixed, node, onDemand, allOver float64
}

// pairings are the cheapest offers of one side with those of the other. A number
// that the user gave is kept, so that such a cluster is no base.
func (s *search) pairings() ([]*pairing, error) {
	overflows := s.cheapestOffers(func(c *Candidate) bool { return c.Side == SideServerless })
	var list []*pairing
	for _, b := range s.bases() {
		for _, o := range overflows {
			p, err := s.quick.pair(b, o)
			if err != nil {
				return nil, err
			}
			list = append(list, p)
		}
	}
	return list, nil
}

// bases are the fixed clusters that are cheapest by themselves, and those that do the same work for the least.
func (s *search) bases() []*Candidate {
	isBase := func(c *Candidate) bool {
		return c.Side == SideCluster && !c.family.exact && !c.family.elastic && maxNodes(c) >= minNodes(c)
	}
	list := s.cheapestOffers(isBase)
	var dense []*Candidate
	cost := map[*Candidate]float64{}
	for _, g := range s.groups {
		for _, c := range g.candidates {
			if isBase(c) && !slices.ContainsFunc(list, func(other *Candidate) bool { return other.Offer == c.Offer }) {
				dense = append(dense, c)
				cost[c] = s.costPerRequest(g)
			}
		}
	}
	slices.SortStableFunc(dense, func(a, b *Candidate) int { return compareFloat(cost[a], cost[b]) })
	return append(list, dense[:min(hybridOffers, len(dense))]...)
}

func minNodes(c *Candidate) int { return nodesFor(c.arrangement, c.family.min) }

// maxNodes is the greatest number of base nodes that a hybrid is tried with: fewer than are enough alone.
func maxNodes(c *Candidate) int {
	if c.suffices() {
		return nodesFor(c.arrangement, c.size) - 1
	}
	return nodesFor(c.arrangement, c.size)
}

func nodesFor(a arrange.Arrangement, replicas int) int {
	perNode := a.Home.Cluster.ReplicasPerNode
	return (replicas + perNode - 1) / perNode
}

// cheapestOffers returns the cheapest candidate on each offer, the cheapest few:
// first what meets the objectives alone, by its bill, then what does not, by the least that it can cost.
func (s *search) cheapestOffers(keep func(*Candidate) bool) []*Candidate {
	var list []*Candidate
	for _, g := range s.groups {
		for _, c := range g.candidates {
			if keep(c) {
				list = append(list, c)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *Candidate) int {
		switch x, y := a.suffices(), b.suffices(); {
		case x && y:
			return compareCost(a, b)
		case x:
			return -1
		case y:
			return 1
		}
		return a.family.floor.Cmp(b.family.floor.Decimal)
	})
	seen := map[string]bool{}
	list = slices.DeleteFunc(list, func(c *Candidate) bool {
		twice := seen[c.Offer]
		seen[c.Offer] = true
		return twice
	})
	return list[:min(hybridOffers, len(list))]
}

func (e *evaluator) pair(base, overflow *Candidate) (*pairing, error) {
	p := &pairing{base: base.family, overflow: overflow.family, spill: spill(overflow), warm: overflow.family.min}
	p.cluster = base.arrangement.Home.Cluster
	p.perNode = p.cluster.ReplicasPerNode
	p.min, p.max = minNodes(base), maxNodes(base)
	p.busy = e.meanReplicas(base.arrangement) / float64(p.perNode)
	p.leastBusy = e.leastBusy(base.arrangement) / float64(p.perNode)
	if err := e.priceNodes(p, base); err != nil {
		return nil, err
	}
	p.allOver = overflow.family.floor.Float64()
	fixed, err := e.terms().Cluster(base.arrangement.Offer)
	p.fixed = fixed.Total.Float64()
	return p, err
}

// spill are the settings that a serverless home by itself has, without the maximum that is made for all of the traffic.
func spill(c *Candidate) v1alpha1.Home {
	h := c.chosen[0]
	if h.Container == nil {
		return h
	}
	return withContainer(h, func(k *v1alpha1.ContainerHome) {
		k.MaxInstances = 0
		if given := c.family.given.Container; given != nil {
			k.MaxInstances = given.MaxInstances
		}
	})
}

// warmed are settings with another number of what is always ready.
func warmed(h v1alpha1.Home, n int) v1alpha1.Home {
	if h.Container != nil {
		return withContainer(h, func(k *v1alpha1.ContainerHome) { k.MinInstances = &n })
	}
	return withFunction(h, func(f *v1alpha1.FunctionHome) { f.ProvisionedConcurrency = &n })
}

// monthHours is the billing month.
const monthHours = 730

// priceNodes sets what nodes add to the base.
func (e *evaluator) priceNodes(p *pairing, base *Candidate) error {
	month := float64(p.perNode) * monthHours
	p.node = base.HourlyPrice.Float64() * month
	if p.cluster.Nodes.Spot == nil || p.cluster.Nodes.Spot.Base == 0 {
		return nil
	}
	a := base.arrangement
	var err error
	if a.Offer, err = e.terms().OnDemand(a.Offer); err != nil {
		return err
	}
	price, err := billing.Hourly(a)
	p.onDemand = price.Float64() * month
	return err
}

// nodes is the least that a number of base nodes, the spare ones beside them, costs a month.
func (p *pairing) nodes(n int) float64 {
	c := *p.cluster
	c.Replicas = n * p.perNode
	nodes, onDemand := sureNodes(&c)
	return float64(nodes)*p.node + float64(onDemand)*p.onDemand
}

// floor is the least that a number of base nodes can cost: all of them at work
// all the time, and the rest of the traffic in overflow that is never idle.
func (p *pairing) floor(n int) float64 {
	rest := 1.0
	switch {
	case p.leastBusy > 0:
		rest = math.Max(0, 1-float64(n)/p.leastBusy)
	case p.busy > 0:
		rest = 0
	}
	return p.fixed + p.nodes(n) + rest*p.allOver
}

// start is where the search for the number of base nodes begins: at what the
// mean traffic keeps busy, or where the floor is lowest if that number cannot cost less than a bound. There may be none.
func (p *pairing) start(bound float64) (int, bool) {
	n := min(max(p.min, int(math.Round(p.busy))), p.max)
	if p.floor(n) < bound {
		return n, true
	}
	for k := p.min; k <= p.max; k++ {
		if p.floor(k) < p.floor(n) {
			n = k
		}
	}
	return n, p.floor(n) < bound
}

// whenFull is the routing of every hybrid that is searched: the overflow takes what finds no free slot at the base.
func whenFull() *v1alpha1.Routing {
	r := &v1alpha1.Routing{Overflow: &v1alpha1.Overflow{}}
	modelfile.DefaultOverflow(r.Overflow)
	return r
}

// tryHybrid evaluates a pairing with a number of base nodes.
func (e *evaluator) tryHybrid(ctx context.Context, p *pairing, nodes int) (*Candidate, error) {
	homes := []v1alpha1.Home{p.base.with(min(nodes*p.perNode, p.base.max)), warmed(p.spill, p.warm)}
	l := layout{routing: whenFull()}
	for i, f := range []*family{p.base, p.overflow} {
		a, err := arrange.Build(e.spec, f.offer, homes[i], e.in.Catalog)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.offer.Key(), err)
		}
		l.parts = append(l.parts, a)
	}
	c, err := e.evaluate(ctx, l, false)
	if err != nil {
		return nil, err
	}
	c.Variant, c.pairing, c.size, c.chosen = "overflow", p, nodes, homes
	return c, nil
}
