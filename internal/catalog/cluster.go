package catalog

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"fulcrum.dev/fulcrum/api/unit"
)

// ClusterCost is the fixed monthly cost of a cluster: control plane, system
// nodes and what surrounds them.
type ClusterCost struct {
	// ID is provider/name, such as aws/eks.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Note says what the set holds and leaves out.
	Note  string        `json:"note,omitempty"`
	Items []ClusterItem `json:"items"`
}

// ClusterItem is one part of a cluster's fixed cost.
type ClusterItem struct {
	// Rate is its price.
	Rate Rate `json:"rate"`
	// Usage is a month's usage in the rate's base units.
	Usage int64 `json:"usage"`
	// Traffic says that the item grows with traffic, and is left out where the traffic is metered by itself.
	Traffic bool `json:"traffic,omitempty"`
}

// Bill returns one model's part of the month's cost where sharedBy models (at
// least 1) share the cluster evenly; every line's quantity is divided. Without
// withTraffic the items that grow with traffic are left out.
func (c ClusterCost) Bill(sharedBy int, withTraffic bool) (Bill, error) {
	if sharedBy < 1 {
		return Bill{}, fmt.Errorf("expected a cluster shared by at least 1 model, got %d", sharedBy)
	}
	var b Bill
	for _, item := range c.Items {
		if item.Traffic && !withTraffic {
			continue
		}
		whole, err := item.Rate.Bill(item.Usage, PriceOptions{})
		if err != nil {
			return Bill{}, fmt.Errorf("pricing %s: %w", c.ID, err)
		}
		for _, l := range whole.Lines {
			b.add(shared(l, sharedBy))
		}
	}
	return b, nil
}

// Until returns what the cluster costs up to a time after the start of a month of
// 730 h: the usage of each item is scaled by the part of the month that has passed, rounded half up to
// whole base units. It is an error when the time is negative or a usage overflows.
func (c ClusterCost) Until(elapsed time.Duration) (ClusterCost, error) {
	if elapsed < 0 {
		return c, fmt.Errorf("expected a time of at least 0 since the start of a month, got %s", elapsed)
	}
	c.Items = slices.Clone(c.Items)
	for i := range c.Items {
		item := &c.Items[i]
		usage, fits := scale(uint64(item.Usage), uint64(elapsed), uint64(unit.Month))
		if !fits {
			return c, fmt.Errorf("the usage of %s in %s overflows: %d a month in %s", item.Rate.Meter, c.ID, item.Usage, elapsed)
		}
		item.Usage = usage
	}
	return c, nil
}

// shared divides the quantity of a line.
func shared(l Line, by int) Line {
	if by == 1 {
		return l
	}
	billionths := l.Quantity.Mul(unit.NewDecimal(1, quantityPlaces))
	n, ok := new(big.Int).SetString(billionths.String(), 10)
	if ok { // always: a quantity has at most quantityPlaces places
		over := new(big.Int).Mul(big.NewInt(int64(by)), new(big.Int).Exp(big.NewInt(10), big.NewInt(quantityPlaces), nil))
		l.Quantity = unit.Ratio(n, over, quantityPlaces)
	}
	note := fmt.Sprintf("a share of 1/%d", by)
	if l.Note != "" {
		note += "; " + l.Note
	}
	l.Note = note
	return l
}
