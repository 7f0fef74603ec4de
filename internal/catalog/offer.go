package catalog

// Kind is how an offer runs a model.
type Kind string

// The kinds of home that an offer can be.
const (
	KindNode      Kind = "node"      // a Kubernetes node: pays by the node-hour
	KindFunction  Kind = "function"  // one request per environment: pays by GB-ms
	KindContainer Kind = "container" // several requests per instance: pays by the instance-second
)

// PriceClass is the commercial terms under which capacity is bought.
type PriceClass string

// The price classes.
const (
	OnDemand PriceClass = "on-demand"
	Spot     PriceClass = "spot"
	Commit1Y PriceClass = "1y"
	Commit3Y PriceClass = "3y"
)

// Offer is a SKU in a price class and region: something that a home can be built on.
type Offer struct {
	// ID is provider/service/sku, such as aws/ec2/g6.xlarge.
	ID string `json:"id"`
	// Provider, Service, SKU and Region name it as the provider does.
	Provider string `json:"provider"`
	Service  string `json:"service"`
	SKU      string `json:"sku"`
	Region   string `json:"region"`
	// PriceClass is the terms.
	PriceClass PriceClass `json:"priceClass"`
	Kind       Kind       `json:"kind"`
	Hardware   Hardware   `json:"hardware"`
	// Separate says that CPU and memory are sold by themselves, so that a size can be asked for; see Size.
	Separate bool    `json:"separate,omitempty"`
	Limits   Limits  `json:"limits,omitzero"`
	Billing  Billing `json:"billing,omitzero"`
	Rates    []Rate  `json:"rates"`
	// Included are the meters that cost nothing here, with the reason that the bill's line of 0 gives.
	Included map[Meter]string `json:"included,omitempty"`
	// Cluster names the fixed cost set that a cluster home on this offer pays, such as aws/eks.
	Cluster string `json:"cluster,omitempty"`
	// InterruptionBand is the provider's monthly interruption frequency for spot, such as >20%.
	InterruptionBand string `json:"interruptionBand,omitempty"`
	// Primary says that no other region of this offer and class comes before this one in the catalogue.
	Primary bool `json:"primary"`
	// Unplannable says why no home can be planned on this offer, although it has a price; "" when one can.
	Unplannable string `json:"unplannable,omitempty"`
}
