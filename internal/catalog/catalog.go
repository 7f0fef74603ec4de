package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Catalog holds what is sold and what is not. It is immutable: copies that it
// gives out share slices, which callers must not change.
type Catalog struct {
	offers   []Offer // sorted by id, class and region
	gpus     map[string]GPU
	clusters map[string]ClusterCost
	egress   map[string]Rate
	refusals []Refusal
	holes    []Hole
}

// Hole is something that the catalogue does not know.
type Hole struct {
	Provider string `json:"provider"`
	Matter   string `json:"matter"`
	State    string `json:"state"`
}

// Offers lists every offer in every class and region, sorted by id, then class
// (on demand, spot, commitments), then the order of the regions in the files.
func (c *Catalog) Offers() []Offer { return slices.Clone(c.offers) }

// Holes lists what the catalogue does not know.
func (c *Catalog) Holes() []Hole { return slices.Clone(c.holes) }

// Cluster returns the fixed cost set of an id such as aws/eks.
func (c *Catalog) Cluster(id string) (ClusterCost, bool) {
	set, ok := c.clusters[id]
	return set, ok
}

// Clusters lists the fixed cost sets in the order of their ids.
func (c *Catalog) Clusters() []ClusterCost {
	var list []ClusterCost
	for _, set := range c.clusters {
		list = append(list, set)
	}
	slices.SortFunc(list, func(a, b ClusterCost) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// Egress returns a provider's price of traffic to the internet. It is no part of
// the provider's offers, whose Included says so where traffic costs nothing or
// no price is known; see Offer.WithEgress.
func (c *Catalog) Egress(provider string) (Rate, bool) {
	r, ok := c.egress[provider]
	return r, ok
}

// Lookup returns an offer by its id, in a class ("" is on demand) and a region
// ("" is the first of the class). The id may be a Key, which then decides both.
// The error is a *NotSoldError for what is known not to be sold, and otherwise
// names the nearest ids, or the classes or regions that there are.
func (c *Catalog) Lookup(id string, class PriceClass, region string) (Offer, error) {
	id, class, region, err := parseKey(id, class, region)
	if err != nil {
		return Offer{}, err
	}
	var same, sameClass []Offer
	for _, o := range c.offers {
		if strings.EqualFold(o.ID, id) {
			same = append(same, o)
			if o.PriceClass == class {
				sameClass = append(sameClass, o)
			}
		}
	}
	for _, o := range sameClass {
		if region == "" && o.Primary || o.Region == region {
			return o, nil
		}
	}
	switch {
	case len(same) == 0:
		return Offer{}, c.unknown(id)
	case len(sameClass) == 0:
		return Offer{}, fmt.Errorf("%s has no price class %q%s", id, class, suggest(string(class), distinct(same, func(o Offer) string { return string(o.PriceClass) })))
	}
	return Offer{}, fmt.Errorf("%s has no %s price in region %q%s", id, class, region, suggest(region, distinct(sameClass, func(o Offer) string { return o.Region })))
}

// parseKey splits an id that carries its class and region, as Key writes it.
func parseKey(id string, class PriceClass, region string) (string, PriceClass, string, error) {
	rest, keyRegion, _ := strings.Cut(id, ":")
	bare, keyClass, _ := strings.Cut(rest, "@")
	if keyRegion != "" && region != "" && keyRegion != region {
		return "", "", "", fmt.Errorf("%s names region %s, but %s is asked for", id, keyRegion, region)
	}
	if keyClass != "" && class != "" && keyClass != string(class) {
		return "", "", "", fmt.Errorf("%s names class %s, but %s is asked for", id, keyClass, class)
	}
	if keyRegion != "" {
		region = keyRegion
	}
	if keyClass != "" {
		class = PriceClass(keyClass)
	}
	if class == "" {
		class = OnDemand
	}
	return bare, class, region, nil
}

// unknown says why there is no such id.
func (c *Catalog) unknown(id string) error {
	for _, r := range c.refusals {
		if strings.EqualFold(r.ID, id) {
			return &NotSoldError{Refusal: r}
		}
	}
	ids := distinct(c.offers, func(o Offer) string { return o.ID })
	within := slices.DeleteFunc(slices.Clone(ids), func(s string) bool { return !strings.HasPrefix(s, id+"/") })
	if len(within) > 0 {
		return fmt.Errorf("%s is a service, not an offer%s", id, suggest("", within))
	}
	if near := nearest(id, ids, 3); len(near) > 0 {
		return fmt.Errorf("unknown offer %q: did you mean %s?", id, strings.Join(near, ", "))
	}
	return fmt.Errorf("unknown offer %q: \"fulcrum catalog list --all\" shows what there is", id)
}

func distinct(offers []Offer, name func(Offer) string) []string {
	var names []string
	for _, o := range offers {
		if n := name(o); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}
