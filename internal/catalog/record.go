package catalog

import (
	"encoding/json"
	"fmt"
	"time"

	"fulcrum.dev/fulcrum/internal/strictyaml"

	"fulcrum.dev/fulcrum/api/unit"
)

// The records are the catalogue's file format. A later file changes single
// fields of an earlier file's services and offers, and adds others; prices and
// cluster sets are replaced as a whole, so that a price never keeps the source
// of another.

// fileRecord is one file: a provider's offers, or figures of GPUs.
type fileRecord struct {
	position
	// Provider is the first part of the ids, such as aws.
	Provider string `json:"provider"`
	// Region is the region of the prices that name none.
	Region string `json:"region"`
	// Sources are the citations that records of the same file refer to.
	Sources map[string]*sourceRecord `json:"sources"`
	// Rates are prices that clusters refer to; one of them may be for egress.
	Rates map[string]*rateRecord `json:"rates"`
	// Included are the meters that cost nothing on any offer, with the reason.
	Included map[Meter]*noteRecord `json:"included"`
	// Services are the provider's services, by the second part of the ids.
	Services map[string]*serviceRecord `json:"services"`
	// Clusters are sets of fixed cost.
	Clusters map[string]*clusterRecord `json:"clusters"`
	// NotSold is what the provider does not sell, by service/what.
	NotSold map[string]*notSoldRecord `json:"notSold"`
	// Holes are what the catalogue does not know, by matter.
	Holes map[string]string `json:"holes"`
	// GPUs are figures by kind of GPU.
	GPUs map[string]*gpuRecord `json:"gpus"`
}

// sourceRecord is a citation with what is true of most figures from it.
type sourceRecord struct {
	position
	Cite       string     `json:"cite"`
	AsOf       date       `json:"asOf"`
	Confidence Confidence `json:"confidence"`
}

// rateRecord is one price. Exactly one of usd, saving and tiers is given.
type rateRecord struct {
	position
	Meter Meter  `json:"meter"`
	Item  string `json:"item"`
	Unit  Unit   `json:"unit"`
	// USD is the price of a unit.
	USD *unit.Decimal `json:"usd"`
	// Saving is the discount on the offer's on-demand price in its first region: 0.49 is 49 % off.
	Saving     *unit.Decimal `json:"saving"`
	Tiers      []tierRecord  `json:"tiers"`
	Free       unit.Decimal  `json:"free"`
	AlwaysFree bool          `json:"alwaysFree"`
	Terms      string        `json:"terms"`
	// Interruption is the monthly interruption band of a spot price.
	Interruption string `json:"interruption"`
	Source       string `json:"source"`
	// AsOf and Confidence replace the source's.
	AsOf       date       `json:"asOf"`
	Confidence Confidence `json:"confidence"`
}

func (r *rateRecord) reset() { *r = rateRecord{position: r.position} }

type tierRecord struct {
	position
	UpTo unit.Decimal `json:"upTo"`
	USD  unit.Decimal `json:"usd"`
}

// serviceRecord is what the offers of a service have in common.
type serviceRecord struct {
	position
	Name    string `json:"name"`
	Kind    Kind   `json:"kind"`
	Region  string `json:"region"`
	Cluster string `json:"cluster"`
	// Meter, Unit and Item are those of the offers' prices.
	Meter Meter  `json:"meter"`
	Unit  Unit   `json:"unit"`
	Item  string `json:"item"`
	// HardwareSource says where the vCPU and memory of the offers are from.
	HardwareSource string            `json:"hardwareSource"`
	Billing        strictyaml.Layers `json:"billing"`
	Limits         strictyaml.Layers `json:"limits"`
	// Rates apply to every offer of the service.
	Rates       map[string]*rateRecord  `json:"rates"`
	Included    map[Meter]*noteRecord   `json:"included"`
	Unplannable string                  `json:"unplannable"`
	Offers      map[string]*offerRecord `json:"offers"`
}

// offerRecord is one SKU: its hardware, and either prices of the service's
// meter by class and region, or rates by meter with variants by class and region.
type offerRecord struct {
	position
	SKU           string                                   `json:"sku"`
	GPU           string                                   `json:"gpu"`
	GPUs          float64                                  `json:"gpus" check:"lte=1e15"`
	Arch          string                                   `json:"arch"`
	VCPU          float64                                  `json:"vcpu" check:"lte=1e15"`
	Memory        unit.Memory                              `json:"memory"`
	MemoryPerVCPU unit.Memory                              `json:"memoryPerVCPU"`
	Separate      bool                                     `json:"separate"`
	Note          string                                   `json:"note"`
	Region        string                                   `json:"region"`
	Billing       strictyaml.Layers                        `json:"billing"`
	Limits        strictyaml.Layers                        `json:"limits"`
	Prices        map[PriceClass]map[string]*rateRecord    `json:"prices"`
	Rates         map[string]*rateRecord                   `json:"rates"`
	Variants      map[PriceClass]map[string]*variantRecord `json:"variants"`
	Included      map[Meter]*noteRecord                    `json:"included"`
	Unplannable   string                                   `json:"unplannable"`
}

// variantRecord is the rates that differ in another class or region.
type variantRecord struct {
	position
	Rates map[string]*rateRecord `json:"rates"`
}

// clusterRecord is a set of fixed cost.
type clusterRecord struct {
	position
	Name  string       `json:"name"`
	Note  string       `json:"note"`
	Items []itemRecord `json:"items"`
}

func (r *clusterRecord) reset() { *r = clusterRecord{position: r.position} }

// itemRecord is a rate of the provider's or an offer of it, and how much of it:
// held is a number that is kept all month, quantity is in the rate's unit.
type itemRecord struct {
	position
	Item     string       `json:"item"`
	Rate     string       `json:"rate"`
	Offer    string       `json:"offer"`
	Held     int          `json:"held" check:"lte=2e9"`
	Quantity unit.Decimal `json:"quantity"`
	Traffic  bool         `json:"traffic"`
}

// notSoldRecord is a refusal.
type notSoldRecord struct {
	position
	Reason     string     `json:"reason"`
	Source     string     `json:"source"`
	AsOf       date       `json:"asOf"`
	Confidence Confidence `json:"confidence"`
}

// gpuRecord is the figures of one kind of GPU.
type gpuRecord struct {
	position
	Memory     unit.Memory `json:"memory"`
	Bandwidth  float64     `json:"bandwidth" check:"lte=1e15"`
	TFLOPS     float64     `json:"tflops" check:"lte=1e15"`
	Capability string      `json:"capability"`
	CUDA       string      `json:"cuda"`
	TensorRT   string      `json:"tensorrt"`
	Note       string      `json:"note"`
	Source     string      `json:"source"`
}

// noteRecord is a text that knows where it stands.
type noteRecord struct {
	position
	text string
}

// UnmarshalJSON reads the text.
func (n *noteRecord) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &n.text) }

// date is a day, written 2026-07-20.
type date struct{ time.Time }

// UnmarshalJSON reads a day.
func (d *date) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return fmt.Errorf("expected a day such as 2026-07-20, got %q", text)
	}
	d.Time = t
	return nil
}

// dateText writes the day of a price, or says that it is unknown.
func dateText(t time.Time) string {
	if t.IsZero() {
		return "unknown date"
	}
	return t.Format(time.DateOnly)
}
